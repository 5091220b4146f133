//! baqylau-server
