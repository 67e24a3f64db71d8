"""The words that all other packages speak to each other in: settings, jobs, decisions, results, errors."""
