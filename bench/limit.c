// The least that a relay can do, in C: what a client says after its first line goes to its partner as it is.
//
//   limit PORT
//
// The first line is a name that ends in a number; 2k and 2k+1 are partners. It is answered with "welcome".
#define _GNU_SOURCE
#include <ctype.h>
#include <string.h>

#include "listening.h"

enum { MOST_CLIENTS = 1 << 20, EVENTS = 256, NOBODY = -1 };

static int number_of[MOST_CLIENTS];     // by descriptor
static int partner_of[MOST_CLIENTS];    // by descriptor: a descriptor
static int descriptor_of[MOST_CLIENTS]; // by number
static char chunk[1 << 18];

static void let_in(int poll, int listener) {
    int client = accepted(listener);
    if (client < 0) return;
    number_of[client] = partner_of[client] = NOBODY;
    watch(poll, client);
}

static void greet(int client, int length) {
    chunk[length] = 0;
    int number = atoi(chunk + strcspn(chunk, "0123456789")), other = descriptor_of[number ^ 1];
    number_of[client] = number;
    descriptor_of[number] = client;
    if (other != NOBODY) partner_of[partner_of[client] = other] = client;
    send_all(client, "welcome\n", 8);
}

static void let_go(int client) {
    if (number_of[client] != NOBODY) descriptor_of[number_of[client]] = NOBODY;
    if (partner_of[client] != NOBODY) partner_of[partner_of[client]] = NOBODY;
    close(client);
}

static void serve(int client) {
    int length = read(client, chunk, sizeof chunk - 1);
    if (length <= 0) let_go(client);
    else if (number_of[client] == NOBODY) greet(client, length);
    else if (partner_of[client] != NOBODY) send_all(partner_of[client], chunk, length);
}

int main(int count, char **words) {
    if (count != 2) return 2;
    int listener = listen_on(atoi(words[1])), poll = epoll_create1(0);
    memset(descriptor_of, NOBODY, sizeof descriptor_of);
    watch(poll, listener);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == listener) let_in(poll, listener);
            else serve(events[i].data.fd);
    }
}
