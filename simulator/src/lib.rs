//! baqylau-simulator
