"""The ministry's door: frames of bytes over TCP, a handshake, XML within (住房城乡建设部, 2008)."""
