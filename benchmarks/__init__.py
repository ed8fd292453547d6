"""What a build costs, measured against scripts that do less. See benchmarks/README.md."""
