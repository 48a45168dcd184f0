"""The way from the kernel to the browser, without a wait that sliders would feel."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A connection that sends a picture at once.

    By default the network holds a message back until the one before it, here the kernel's short
    "busy", has been acknowledged (Nagle's algorithm), and that can take 40 ms.
    """

    async def connect(self):
        """Connect to the kernel."""
        self.websocket_handler.set_nodelay(True)
        return await super().connect()
