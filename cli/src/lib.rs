//! baqylau
