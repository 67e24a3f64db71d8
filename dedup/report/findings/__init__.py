"""What a report shows of a run, collected in bounded memory while the run goes on."""
