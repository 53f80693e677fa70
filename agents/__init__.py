"""Who acts: populations of traders, strategies, institutions."""
