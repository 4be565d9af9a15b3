import Glibc

/// log of the C library, apart from the files that need no other of its names.
func naturalLogarithm(_ value: Double) -> Double { log(value) }
