//! baqylau-findings
