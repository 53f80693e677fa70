"""The economy as a whole: its schedule, scenario, clock, shocks, anchors and world."""
