//! baqylau-tests
