"""The Python package wsproto, which reads frames strictly, over a bare socket; each byte in a send of its own."""
import socket
import sys

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Ping, Pong, Request, TextMessage


def receive(connection, client):
    while True:
        for event in connection.events():
            return event
        data = client.recv(65536)
        connection.receive_data(data if data else None)


def send(client, data):
    for byte in data:
        client.send(bytes([byte]))


client = socket.create_connection(("localhost", int(sys.argv[1])), timeout=30)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
connection = WSConnection(ConnectionType.CLIENT)
send(client, connection.send(Request(host="localhost", target="/", subprotocols=["echo"])))
accepted = receive(connection, client)
assert isinstance(accepted, AcceptConnection) and accepted.subprotocol == "echo" and not accepted.extensions, accepted
for part in "hello":
    send(client, connection.send(Message(part, message_finished=False)))
send(client, connection.send(Message("", message_finished=True)))
answer = receive(connection, client)
assert isinstance(answer, TextMessage) and answer.data == "hello", answer
send(client, connection.send(Ping(b"p")))
answer = receive(connection, client)
assert isinstance(answer, Pong) and bytes(answer.payload) == b"p", answer
send(client, connection.send(CloseConnection(code=1000)))
answer = receive(connection, client)
assert isinstance(answer, CloseConnection) and answer.code == 1000, answer
assert client.recv(1) == b""
print("wsproto: one byte at a time, a frame a character, ping, close, FIN")
