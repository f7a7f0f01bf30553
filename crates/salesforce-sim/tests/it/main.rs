//! The public side of the simulator.
