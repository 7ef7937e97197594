//! Reading and writing that is passed on: for an enum whose variants each hold a stream.

/// Implements `AsyncRead` and `AsyncWrite` for an enum whose variants each hold a stream, by that stream.
///
/// A macro, because a driver's own enum has to implement traits of its client library too. Whoever calls it depends on tokio.
///
/// ```
/// use kysera_net::{Socket, pass_io_on};
/// use tokio::io::DuplexStream;
///
/// enum Transport {
///     Plain(Socket),
///     Wrapped(Box<DuplexStream>),
/// }
///
/// pass_io_on!(Transport: Plain, Wrapped);
/// ```
#[macro_export]
macro_rules! pass_io_on {
    ($stream:ty: $($(#[$condition:meta])* $variant:ident),+ $(,)?) => {
        impl ::tokio::io::AsyncRead for $stream {
            #[inline]
            fn poll_read(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                buf: &mut ::tokio::io::ReadBuf<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                match self.get_mut() {
                    $($(#[$condition])* Self::$variant(stream) => ::std::pin::Pin::new(stream).poll_read(cx, buf),)+
                }
            }
        }

        impl ::tokio::io::AsyncWrite for $stream {
            #[inline]
            fn poll_write(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
                buf: &[u8],
            ) -> ::std::task::Poll<::std::io::Result<usize>> {
                match self.get_mut() {
                    $($(#[$condition])* Self::$variant(stream) => ::std::pin::Pin::new(stream).poll_write(cx, buf),)+
                }
            }

            fn poll_flush(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                match self.get_mut() {
                    $($(#[$condition])* Self::$variant(stream) => ::std::pin::Pin::new(stream).poll_flush(cx),)+
                }
            }

            fn poll_shutdown(
                self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<::std::io::Result<()>> {
                match self.get_mut() {
                    $($(#[$condition])* Self::$variant(stream) => ::std::pin::Pin::new(stream).poll_shutdown(cx),)+
                }
            }
        }
    };
}
