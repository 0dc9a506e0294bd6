// The least that a relay with three sockets for each client can do, in C: what comes on a chat socket goes to the chat
// socket of the partner as it is, and how much of it that one holds is passed on from check socket to check socket. So much
// of the native wire as the load speaks, and no check of anything.
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
static int goes_to[MOST_SOCKETS];    // by descriptor of a chat socket in a chat: that of the partner
static int login_of[MOST_SOCKETS];   // by number
static int chat_of[MOST_SOCKETS];    // by number
static int check_of[MOST_SOCKETS];   // by number
static int asker_of[MOST_SOCKETS];   // by number of who is asked
static int partner_of[MOST_SOCKETS]; // by number
static long held_of[MOST_SOCKETS];   // by number: how many of its messages the partner holds
static char chunk[1 << 18];

static void let_in(int poll, int listener) {
    int client = accepted(listener);
    if (client < 0) return;
    goes_to[client] = NOWHERE;
    watch(poll, client);
}

static void tell(int socket, const char *form, int other) {
    char line[256];
    send_all(socket, line, snprintf(line, sizeof line, form, other));
}

static void tell_held(int number) {
    char line[256];
    send_all(check_of[number], line, snprintf(line, sizeof line, "PONG %1$ld %1$ld chat\n", held_of[number]));
}

static int digits(const char *text) { return atoi(text + strcspn(text, "0123456789")); }

static void start_chat(int number, int asker) {
    goes_to[chat_of[number]] = chat_of[asker];
    goes_to[chat_of[asker]] = chat_of[number];
    partner_of[partner_of[asker] = number] = asker;
    tell(chat_of[asker], "start_chat u%05d chat\n", number);
    tell(chat_of[number], "start_chat u%05d chat\n", asker);
}

// A report is passed on to the partner, whose own is the answer to it; a question (PING 0) is answered at once.
static void report(int number) {
    int partner = partner_of[number], is_asked = 0, is_news = 0;
    for (char *ping = chunk; (ping = strstr(ping, "PING ")); ping += 5) {
        long held = atol(ping + 5);
        is_asked |= !held;
        is_news |= held > held_of[partner];
        if (held > held_of[partner]) held_of[partner] = held;
    }
    if (is_news) tell_held(partner);
    if (is_asked) tell_held(number);
}

static void command(int client) {
    int number = number_of[client], on = 0;
    if (!strncmp(chunk, "duologue/1 login_socket\n", 24)) {
        login_of[number_of[client] = digits(chunk + 24)] = client;
        tell(client, "AUTH_SUCCESS %1$d u%1$05d\n", number_of[client]);
    } else if (!strncmp(chunk, "duologue/1 chat_socket ", 23)) {
        chat_of[number_of[client] = digits(chunk + 23)] = client;
        setsockopt(client, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on); // as ours does (docs/decisions/0026)
    } else if (!strncmp(chunk, "duologue/1 check_socket ", 24)) {
        check_of[number_of[client] = digits(chunk + 24)] = client;
        send_all(client, "PONG 0 0\n", 9);
    } else if (!strncmp(chunk, "PING ", 5)) report(number);
    else if (!strncmp(chunk, "/chat ", 6)) {
        int asked = digits(chunk);
        asker_of[asked] = number;
        tell(login_of[asked], "want_chat_with_you u%05d 120\n", number);
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
