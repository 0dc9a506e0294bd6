// The least that a relay with three sockets for each client can do, in C: what comes on a chat socket goes to the login
// socket of the partner as it is. So much of the native wire as the load speaks, and no check of anything.
//
//   three_sockets PORT
//
// Names end in a number; a client's token is its number.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "listening.h"

enum { MOST_SOCKETS = 1 << 20, EVENTS = 256, NOWHERE = -1 };

static int number_of[MOST_SOCKETS]; // by descriptor
static int goes_to[MOST_SOCKETS];   // by descriptor of a chat socket in a chat: a login socket
static int login_of[MOST_SOCKETS];  // by number
static int chat_of[MOST_SOCKETS];   // by number
static int asker_of[MOST_SOCKETS];  // by number of who is asked
static char chunk[1 << 18];

static void let_in(int poll, int listener) {
    int client = accepted(listener);
    if (client < 0) return;
    goes_to[client] = NOWHERE;
    watch(poll, client);
}

static void tell(int number, const char *form, int other) {
    char line[256];
    send_all(login_of[number], line, snprintf(line, sizeof line, form, other));
}

static int digits(const char *text) { return atoi(text + strcspn(text, "0123456789")); }

static void start_chat(int number, int asker) {
    goes_to[chat_of[number]] = login_of[asker];
    goes_to[chat_of[asker]] = login_of[number];
    tell(asker, "start_chat u%05d chat\n", number);
    tell(number, "start_chat u%05d chat\n", asker);
}

static void command(int client) {
    int number = number_of[client], on = 0;
    if (!strncmp(chunk, "duologue/1 login_socket\n", 24)) {
        login_of[number_of[client] = digits(chunk + 24)] = client;
        tell(number_of[client], "AUTH_SUCCESS %1$d u%1$05d\n", number_of[client]);
    } else if (!strncmp(chunk, "duologue/1 chat_socket ", 23)) {
        chat_of[number_of[client] = digits(chunk + 23)] = client;
        setsockopt(client, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on); // as ours does (docs/decisions/0026)
    } else if (!strncmp(chunk, "duologue/1 check_socket ", 24) || !strncmp(chunk, "PING", 4))
        send_all(client, "PONG 0 0\n", 9);
    else if (!strncmp(chunk, "/chat ", 6)) {
        int asked = digits(chunk);
        asker_of[asked] = number;
        tell(asked, "want_chat_with_you u%05d 120\n", number);
    } else if (!strncmp(chunk, "yes", 3))
        start_chat(number, asker_of[number]);
}

static void serve(int client) {
    int length = read(client, chunk, sizeof chunk - 1);
    if (length <= 0) close(client);
    else if (goes_to[client] != NOWHERE) send_all(goes_to[client], chunk, length);
    else {
        chunk[length] = 0;
        command(client);
    }
}

int main(int count, char **words) {
    if (count != 2) return 2;
    int listener = listen_on(atoi(words[1])), poll = epoll_create1(0);
    watch(poll, listener);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == listener) let_in(poll, listener);
            else serve(events[i].data.fd);
    }
}
