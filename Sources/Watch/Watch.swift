// The room is being built: Engine and Probes join with Wire.
