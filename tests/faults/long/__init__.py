"""The long form of the proof: `make faults`. Each part is a module with a `run`."""
