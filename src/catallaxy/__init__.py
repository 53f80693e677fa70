"""catallaxy: agent-based modelling of closed financial economies, on Mesa."""
