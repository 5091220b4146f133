//! baqylau-desk
