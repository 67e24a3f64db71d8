"""What may be asked for on the command line, in the environment and in configuration files."""
