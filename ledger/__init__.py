"""Money and memory: owners, accounts, contracts, postings, identities, journal, blocks, run store."""
