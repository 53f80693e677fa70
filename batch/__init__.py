"""Many runs and what is learnt from them: facts, replications, reports, exports, benchmarks."""
