// The floor: one thread, epoll, a canned answer, no parsing. What a server that does anything at all cannot beat.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char keep[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\n"
    "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nServer: floor\r\n\r\nhello PWB";
static const char last[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 9\r\nConnection: close\r\n"
    "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nServer: floor\r\n\r\nhello PWB";

int main(int argc, char **argv)
{
    if (argc != 2) return fprintf(stderr, "floor <port>\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return perror("floor"), 1;

    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    static char input[65536], output[65536];
    for (;;)
    {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < count; i++)
        {
            int client = events[i].data.fd;
            if (client == listener)
            {
                while ((client = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0)
                {
                    event = (struct epoll_event){.events = EPOLLIN, .data.fd = client};
                    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
                }
                continue;
            }

            ssize_t received = recv(client, input, sizeof input - 1, 0);
            if (received <= 0)
            {
                close(client);
                continue;
            }

            // wrk sends whole requests: each empty line is one.
            input[received] = 0;
            int closes = strstr(input, "Connection: close") != 0;
            const char *answer = closes ? last : keep;
            size_t answerLength = closes ? sizeof last - 1 : sizeof keep - 1, length = 0;
            for (char *at = input; (at = strstr(at, "\r\n\r\n")) != 0 && length + answerLength < sizeof output; at += 4, length += answerLength)
                memcpy(output + length, answer, answerLength);
            if (send(client, output, length, 0) < 0 || closes) close(client);
        }
    }
}
