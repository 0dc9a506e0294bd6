// Puts load on a chat server: many clients in one thread. It knows no protocol, only texts to send and to wait for.
//
//   load PORT clear|tls FIRST STEP...
//
// Clients are numbered from FIRST, an even number; 2k and 2k+1 are partners.
// A step is WHO SOCKET ACTION [TEXT] and is taken by all clients of a `login` before the next step begins.
//   WHO      all; even, who speak first; odd, their partners
//   SOCKET   down, on which a client hears, and speaks if it has no other; up, on which it speaks; check
//   ACTION   connect
//            send TEXT
//            expect TEXT      read until it has come; the word after it is the client's token from then on
//            report TEXT      said on this socket every 20 ms by who has heard something since; %r is how many messages
//            answer LINE TEXT when this line comes on the socket, say TEXT
//            stored TEXT      the number after it is how many of a client's own messages the server answers for
// In every text %u is the client's name, %p its partner's, %t its token, %n the number of its message; \r and \n are what
// they are in C. Each message holds one '^', which is how it is counted.
//
// Then it does what the lines on its standard input say, fields with tabs between, and answers each with one line:
//   login COUNT                                 so many more
//   pingpong SECONDS INTERVAL TEXT              even clients speak, odd ones answer; at once, or every INTERVAL seconds
//   pipelined SECONDS WINDOW TEXT               even clients keep up to WINDOW messages in flight
//   speak COUNT RATE HEARERS TEXT               client 0 speaks so often, and each time so many hear it
//   ask SECONDS TEXT END                        client 0 asks, and asks again after the line with END has come
//   idle SECONDS                                only what `answer` says is said
//   churn SECONDS RATE TEXT                     so many a second log in, stay for one second, say TEXT and are gone
#define _GNU_SOURCE
#include "wire.h"
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum { DOWN, UP, CHECK, SOCKETS };
enum {
    MOST_CLIENTS = 1 << 16,
    MOST_STEPS = 64,
    MOST_BATCH = 64,      // messages in one write
    BATCHES_A_WINDOW = 4, // so that a small window is refilled before it is empty
    MOST_LATENCIES = 1 << 23,
    TEXT = 1 << 14,
    EVENTS = 256,
    CLIENTS_A_HOST = 2000,
};
static const double REPORT_EVERY = 0.02, PATIENCE = 5, STAY = 1; // seconds

typedef struct {
    Wire wire[SOCKETS];
    char name[16], partner[16], token[96];
    long sent, heard, reported, stored;
    double sent_at, due;
    int waits;                      // for `due`
    char *batch;                    // its messages, one after the other
    int batch_length, batch_offset; // how much of it has been written
} Client;

typedef struct {
    const char *who, *action, *text;
    int socket;
} Step;

static Client *clients;
static int client_count, first_number, step_count, port, poll_descriptor;
static Step steps[MOST_STEPS];
static const char *report_text, *answer_text, *stored_text;
static char answer_line[64];
static int check_socket;
static char chunk[1 << 18];
static long heard_in_all;
static double last_heard, last_report;
static double latencies[MOST_LATENCIES];
static long latency_count;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void give_up(const Client *client, const char *what) {
    fprintf(stderr, "%s: %s\n", client->name, what);
    exit(1);
}

// Texts

static char *filled(char *to, char sign, const Client *client) {
    switch (sign) {
    case 'u': return stpcpy(to, client->name);
    case 'p': return stpcpy(to, client->partner);
    case 't': return stpcpy(to, client->token);
    case 'n': return to + sprintf(to, "%ld", client->sent + 1);
    case 'r': return to + sprintf(to, "%ld", client->heard);
    }
    *to++ = sign;
    return to;
}

static int fill(const char *text, const Client *client, char *to) {
    char *start = to;
    for (; *text; text++) {
        if (*text == '%' && text[1]) to = filled(to, *++text, client);
        else if (*text == '\\' && text[1]) *to++ = *++text == 'n' ? '\n' : *text == 'r' ? '\r' : *text;
        else *to++ = *text;
    }
    *to = 0;
    return to - start;
}

// Sockets

static Wire *speaks_on(Client *client) { return &client->wire[client->wire[UP].descriptor < 0 ? DOWN : UP]; }

static void say(Client *client, Wire *wire, const char *text, int length) {
    for (int taken; length; text += taken, length -= taken)
        if ((taken = wire_write(wire, text, length)) == CLOSED) give_up(client, "closed while it spoke");
}

static void say_filled(Client *client, Wire *wire, const char *text) {
    static char message[TEXT];
    say(client, wire, message, fill(text, client, message));
}

static void wait_for(Client *client, Wire *wire, const char *text) {
    static char heard[1 << 16];
    for (int length = 0, got; (got = wire_read(wire, heard + length, sizeof heard - 1 - length)) != CLOSED;) {
        heard[length += got] = 0;
        const char *found = strstr(heard, text);
        if (found) {
            sscanf(found + strlen(text), "%95s", client->token);
            return;
        }
        if (length > (int)sizeof heard / 2) length = 0;
    }
    fprintf(stderr, "waiting for '%s', ", text);
    give_up(client, "closed while it waited");
}

// Logging in

static int is_meant(const Step *step, int number) {
    return !strcmp(step->who, "all") || !strcmp(step->who, number & 1 ? "odd" : "even");
}

static void take(const Step *step, Client *client) {
    static char text[TEXT];
    Wire *wire = &client->wire[step->socket];
    if (!strcmp(step->action, "connect")) *wire = wire_dial(port, (client - clients) / CLIENTS_A_HOST);
    else if (!strcmp(step->action, "send")) say_filled(client, wire, step->text);
    else {
        fill(step->text, client, text);
        wait_for(client, wire, text);
    }
}

static void begin(int number) {
    Client *client = &clients[number];
    *client = (Client){.wire = {{-1, NULL}, {-1, NULL}, {-1, NULL}}};
    sprintf(client->name, "u%05d", first_number + number);
    sprintf(client->partner, "u%05d", (first_number + number) ^ 1);
}

static void watch(int number) {
    for (int which = 0; which < SOCKETS; which++) {
        Wire *wire = &clients[number].wire[which];
        if (wire->descriptor < 0) continue;
        wire_stop_blocking(wire);
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)number << 2 | which};
        epoll_ctl(poll_descriptor, EPOLL_CTL_ADD, wire->descriptor, &event);
    }
}

static void log_in(int from, int to) {
    for (int number = from; number < to; number++) begin(number);
    for (const Step *step = steps; step < steps + step_count; step++)
        for (int number = from; number < to; number++)
            if (is_meant(step, number)) take(step, &clients[number]);
    for (int number = from; number < to; number++) watch(number);
}

static void log_out(Client *client, const char *goodbye) {
    say_filled(client, speaks_on(client), goodbye);
    for (int which = 0; which < SOCKETS; which++) wire_close(&client->wire[which]);
}

// Listening

static void look_at_check(Client *client, Wire *wire) {
    char heard[4096];
    int got = wire_read(wire, heard, sizeof heard - 1);
    if (got == CLOSED) give_up(client, "the check socket was closed");
    heard[got] = 0;
    // The server writes whole lines, so that one which is cut in two between two reads is rare; a later one says more.
    for (char *line = strtok(heard, "\n"); line; line = strtok(NULL, "\n")) {
        if (stored_text && !strncmp(line, stored_text, strlen(stored_text))) {
            long stored = atol(line + strlen(stored_text));
            if (stored > client->stored) client->stored = stored;
        } else if (answer_text && !strcmp(line, answer_line)) say_filled(client, wire, answer_text);
    }
}

static long count_messages(const char *from, int length) {
    long count = 0;
    for (const char *end = from + length; (from = memchr(from, '^', end - from)); from++) count++;
    return count;
}

static void listen_to(Client *client, int which, void (*heard)(Client *)) {
    Wire *wire = &client->wire[which];
    if (which == CHECK) {
        look_at_check(client, wire);
        return;
    }
    int got = wire_read(wire, chunk, sizeof chunk);
    if (got == CLOSED) give_up(client, "closed by the server");
    long count = count_messages(chunk, got);
    if (!count) return;
    client->heard += count;
    heard_in_all += count;
    last_heard = now();
    if (heard) heard(client);
}

static void report(void) {
    if (!report_text || now() - last_report < REPORT_EVERY) return;
    last_report = now();
    for (Client *client = clients; client < clients + client_count; client++) {
        Wire *wire = &client->wire[check_socket];
        if (client->reported == client->heard || wire->descriptor < 0) continue;
        client->reported = client->heard;
        say_filled(client, wire, report_text);
    }
}

// What comes within so many milliseconds; `heard` is called for whoever was sent messages.
static void attend(int milliseconds, void (*heard)(Client *)) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poll_descriptor, events, EVENTS, milliseconds);
    for (int i = 0; i < ready; i++) listen_to(&clients[events[i].data.u64 >> 2], events[i].data.u64 & 3, heard);
    report();
}

static void attend_until(double end) {
    for (double left; (left = end - now()) > 0;) attend(ceil(left < 0.02 ? left * 1e3 : 20), NULL);
}

static void drain(long expected) {
    double start = now();
    while (heard_in_all < expected && now() - fmax(start, last_heard) < PATIENCE) attend(1, NULL);
}

static long spoken_in_all(void) {
    long sent = 0;
    for (int i = 0; i < client_count; i++) sent += clients[i].sent;
    return sent;
}

static long stored_in_all(void) {
    long stored = 0;
    for (int i = 0; i < client_count; i++) stored += clients[i].stored;
    return stored;
}

static void settle(void) {
    double end = now() + PATIENCE;
    for (long sent = spoken_in_all(); stored_text && stored_in_all() < sent && now() < end;) attend(1, NULL);
}

// Latencies

static void note(double latency) {
    if (latency_count < MOST_LATENCIES) latencies[latency_count++] = latency;
}

static int by_size(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

static void print_latencies(void) {
    if (!latency_count) return;
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf(" p50_us=%.1f p99_us=%.1f max_us=%.1f", latencies[latency_count / 2] * 1e6,
           latencies[latency_count * 99 / 100] * 1e6, latencies[latency_count - 1] * 1e6);
    latency_count = 0;
}

// What can be played

static struct {
    double end, interval;
    const char *text;
} game;

static void serve_ball(Client *client, double at) {
    client->sent_at = at;
    client->waits = 0;
    client->sent++;
    say_filled(client, speaks_on(client), game.text);
}

static void return_ball(Client *client) {
    if ((client - clients) & 1) {
        client->sent++;
        say_filled(client, speaks_on(client), game.text);
        return;
    }
    double time = now();
    note(time - client->sent_at);
    if (game.interval > 0) client->waits = 1;
    else if (time < game.end) serve_ball(client, time);
}

// A ball that is served too late counts from when it was due.
static void serve_what_is_due(void) {
    double time = now();
    for (Client *client = clients; client < clients + client_count; client += 2)
        if (client->waits && client->due <= time) {
            serve_ball(client, client->due);
            client->due += game.interval;
        }
}

static void print_play(double start, long heard_before, long expected) {
    double took = fmax(last_heard, start) - start;
    settle();
    printf("delivered=%ld missing=%ld delivered_s=%.4f acknowledged_s=%.4f", heard_in_all - heard_before,
           expected - heard_in_all, took, stored_text ? now() - start : took);
    printf(" unacknowledged=%ld", stored_text ? spoken_in_all() - stored_in_all() : 0);
    print_latencies();
    puts("");
}

static void play_pingpong(char **words) {
    double start = now();
    long before = heard_in_all, owed = spoken_in_all() - before;
    game.end = start + atof(words[0]);
    game.interval = atof(words[1]);
    game.text = words[2];
    for (int i = 0; i < client_count; i += 2) {
        clients[i].due = start + game.interval * i / client_count;
        clients[i].waits = game.interval > 0;
        if (!clients[i].waits) serve_ball(&clients[i], now());
    }
    while (now() < game.end && now() - fmax(start, last_heard) < PATIENCE) {
        if (game.interval > 0) serve_what_is_due();
        attend(1, return_ball);
    }
    game.interval = 0; // who is still served to answers, and nobody serves again
    while (heard_in_all < spoken_in_all() - owed && now() - fmax(game.end, last_heard) < PATIENCE) attend(1, return_ball);
    print_play(start, before, spoken_in_all() - owed);
}

static void make_batch(Client *client, const char *text, int messages) {
    static char message[TEXT];
    int length = fill(text, client, message);
    client->batch_length = length * messages;
    client->batch_offset = 0;
    client->batch = malloc(client->batch_length);
    for (int i = 0; i < messages; i++) memcpy(client->batch + i * length, message, length);
}

static void write_batches(Client *client, const Client *partner, int messages, long window, int more) {
    while (client->batch_offset || (more && client->sent - partner->heard + messages <= window)) {
        if (!client->batch_offset) client->sent += messages;
        int left = client->batch_length - client->batch_offset;
        int taken = wire_write(speaks_on(client), client->batch + client->batch_offset, left);
        if (taken == CLOSED) give_up(client, "closed while it spoke");
        client->batch_offset = (client->batch_offset + taken) % client->batch_length;
        if (taken < left) {
            if (!client->batch_offset) client->sent -= messages; // nothing of a new one was taken
            break;
        }
    }
}

static int write_all_batches(int messages, long window, int more) {
    int unfinished = 0;
    for (int i = 0; i < client_count; i += 2) {
        write_batches(&clients[i], &clients[i + 1], messages, window, more);
        unfinished |= clients[i].batch_offset != 0;
    }
    return unfinished;
}

static void play_pipelined(char **words) {
    double start = now(), end = start + atof(words[0]);
    long window = atol(words[1]), before = heard_in_all, owed = spoken_in_all() - before;
    int messages = fmin(MOST_BATCH, fmax(1, window / BATCHES_A_WINDOW));
    for (int i = 0; i < client_count; i += 2) make_batch(&clients[i], words[2], messages);
    for (int unfinished = 1; unfinished && now() - fmax(start, last_heard) < PATIENCE; attend(1, NULL))
        unfinished = write_all_batches(messages, window, now() < end) || now() < end;
    drain(spoken_in_all() - owed);
    for (int i = 0; i < client_count; i += 2) free(clients[i].batch);
    print_play(start, before, spoken_in_all() - owed);
}

static void play_speak(char **words) {
    long count = atol(words[0]), hearers = atol(words[2]), before = heard_in_all;
    double rate = atof(words[1]), start = now();
    for (long said = 0; said < count; said++) {
        attend_until(start + said / rate);
        attend(0, NULL);
        say_filled(&clients[0], speaks_on(&clients[0]), words[3]);
        clients[0].sent++;
    }
    drain(before + count * hearers);
    printf("delivered=%ld missing=%ld delivered_s=%.4f\n", heard_in_all - before, before + count * hearers - heard_in_all,
           last_heard - start);
}

// Reads until the end of the first line that holds `end`.
static void hear_out(Client *client, const char *end) {
    static char heard[1 << 20];
    double patience = now() + PATIENCE;
    for (int length = 0; now() < patience;) {
        int got = wire_read(&client->wire[DOWN], heard + length, sizeof heard - 1 - length);
        if (got == CLOSED) give_up(client, "closed while it waited for an answer");
        heard[length += got] = 0;
        char *found = strstr(heard, end);
        if (found && strchr(found, '\n')) return;
        if (!got) poll(&(struct pollfd){client->wire[DOWN].descriptor, POLLIN, 0}, 1, 1);
    }
    give_up(client, "no answer");
}

static void play_ask(char **words) {
    long answers = 0;
    double start = now(), end = start + atof(words[0]);
    struct epoll_event quiet = {.events = 0}, loud = {.events = EPOLLIN, .data.u64 = DOWN};
    int descriptor = clients[0].wire[DOWN].descriptor;
    epoll_ctl(poll_descriptor, EPOLL_CTL_MOD, descriptor, &quiet); // the answers are read here
    for (; now() < end; answers++) {
        double asked = now();
        say_filled(&clients[0], speaks_on(&clients[0]), words[1]);
        hear_out(&clients[0], words[2]);
        note(now() - asked);
    }
    epoll_ctl(poll_descriptor, EPOLL_CTL_MOD, descriptor, &loud);
    printf("delivered=%ld delivered_s=%.4f", answers, now() - start);
    print_latencies();
    puts("");
}

static void play_idle(char **words) {
    attend_until(now() + atof(words[0]));
    puts("");
}

static void play_churn(char **words) {
    double start = now(), rate = atof(words[1]);
    int stay = STAY * rate, names = 2 * stay;
    long count = atof(words[0]) * rate;
    client_count = names;
    for (int i = 0; i < names; i++) begin(i);
    for (long done = 0; done < count; done++) {
        attend_until(start + done / rate);
        double began = now();
        log_in(done % names, done % names + 1);
        note(now() - began);
        if (done >= stay) log_out(&clients[(done - stay) % names], words[2]);
    }
    printf("delivered=%ld delivered_s=%.4f", count, now() - start);
    print_latencies();
    puts("");
}

static void play_login(char **words) {
    int from = client_count, to = from + atoi(words[0]);
    if (to > MOST_CLIENTS) fail("too many clients");
    double start = now();
    log_in(from, to);
    client_count = to;
    printf("delivered=%d delivered_s=%.6f\n", to - from, now() - start);
}

static const struct {
    const char *name;
    void (*play)(char **words);
} plays[] = {
    {"login", play_login}, {"pingpong", play_pingpong}, {"pipelined", play_pipelined}, {"speak", play_speak},
    {"ask", play_ask},     {"idle", play_idle},         {"churn", play_churn},
};

static void play(char *line) {
    char *words[6] = {0};
    int count = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *word; count < 5 && (word = strsep(&line, "\t"));) words[count++] = word;
    for (size_t i = 0; i < sizeof plays / sizeof *plays; i++)
        if (!strcmp(words[0], plays[i].name)) plays[i].play(words + 1);
    fflush(stdout);
}

// The command line

static int socket_named(const char *name) { return !strcmp(name, "up") ? UP : !strcmp(name, "check") ? CHECK : DOWN; }

static void add_step(char *words) {
    const char *who = strsep(&words, " "), *socket = strsep(&words, " "), *action = strsep(&words, " ");
    if (!strcmp(action, "report")) report_text = words, check_socket = socket_named(socket);
    else if (!strcmp(action, "stored")) stored_text = words;
    else if (!strcmp(action, "answer")) {
        snprintf(answer_line, sizeof answer_line, "%s", strsep(&words, " "));
        answer_text = words;
    } else if (step_count < MOST_STEPS) steps[step_count++] = (Step){who, action, words ? words : "", socket_named(socket)};
}

int main(int count, char **words) {
    static char line[TEXT];
    if (count < 4) return 2;
    port = atoi(words[1]);
    if (!strcmp(words[2], "tls")) wire_begin_tls();
    first_number = atoi(words[3]);
    for (int i = 4; i < count; i++) add_step(words[i]);
    signal(SIGPIPE, SIG_IGN); // a closed socket is told by its write
    clients = calloc(MOST_CLIENTS, sizeof *clients);
    poll_descriptor = epoll_create1(0);
    while (fgets(line, sizeof line, stdin)) play(line);
}
