//! End-to-end tests: the real binary against local servers. One binary, one module a subject.
