// What the relays that are the limit have in common: a port, its clients, and bytes that go out whole.
#ifndef LISTENING_H
#define LISTENING_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_on(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, SOMAXCONN)) exit(1);
    return listener;
}

static void watch(int poll, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

// A client's socket, or -1.
static int accepted(int listener) {
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
    if (client >= 0) setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return client;
}

static void send_all(int descriptor, const char *from, int length) {
    for (int sent = 0; sent < length;) {
        int taken = write(descriptor, from + sent, length - sent);
        if (taken > 0) sent += taken; // a full socket is tried again until it takes: nothing is queued here
    }
}

#endif
