"""What every room stands on: units, errors, parameters, kernels, randomness, schemas, plug points."""
