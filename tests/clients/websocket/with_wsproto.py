"""The Python package wsproto, which reads frames strictly, over a bare socket; each byte in a send of its own."""
import socket
import sys

from wsproto import ConnectionType, WSConnection
from wsproto.extensions import PerMessageDeflate
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


def connect(target, extensions):
    client = socket.create_connection(("localhost", int(sys.argv[1])), timeout=30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = WSConnection(ConnectionType.CLIENT)
    send(client, connection.send(Request(host="localhost", target=target, subprotocols=["echo"], extensions=extensions)))
    return client, connection


client, connection = connect("/deflate", [PerMessageDeflate()])
accepted = receive(connection, client)
assert [each.name for each in accepted.extensions] == ["permessage-deflate"], accepted
for text in ["hello", "hello", "", "x" * 5000]:
    send(client, connection.send(Message(text)))
    answer = receive(connection, client)
    while not answer.message_finished:
        answer.data += (more := receive(connection, client)).data
        answer.message_finished = more.message_finished
    assert answer.data == text, answer
client.close()

client, connection = connect("/", [])
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
print("wsproto: one byte at a time, a frame a character, ping, close, FIN; compressed, too")
