// Puts load on a chat server: many clients in one thread. It knows no protocol, only texts to send and to wait for.
//
//   load PORT clear|tls FIRST STEP...
//
// Clients are numbered from FIRST, an even number; 2k and 2k+1 are partners.
// A step is WHO SOCKET ACTION [TEXT] and is taken by all clients of a `login` before the next step begins.
//   WHO      all; even, who speak first; odd, their partners
//   SOCKET   down, on which a client hears, and speaks if it has no other; up, on which it speaks, and hears its chat; check;
//            either, which is down or up: to expect something wherever it comes
//   ACTION   connect
//            send TEXT
//            expect TEXT      read until it has come; the word after it is the client's token from then on
//            report TEXT      said on this socket by who has heard something since it said so last, as often as our clients do
//                             (docs/protocol.md 7.4); %r is how many messages
//            inquire TEXT     said there at the end of a play, until the server answers for all that the client has said
//            answer LINE TEXT when this line comes on the socket, say TEXT
//            stored TEXT      the numbers after it are how many of a client's own messages the server answers for, and how many
//                             the partner holds
// In every text %u is the client's name, %p its partner's, %t its token, %n the number of its message; \r and \n are what
// they are in C. Each message holds one '^', which is how it is counted.
//
// Then it does what the lines on its standard input say, fields with tabs between, and answers each with one line:
//   login COUNT                                 so many more
//   pingpong SECONDS INTERVAL TEXT              even clients speak, odd ones answer; at once, or every INTERVAL seconds
//   pipelined SECONDS WINDOW TEXT               even clients keep up to WINDOW messages in flight
//   marked SECONDS INTERVAL COUNT TEXT          even clients say so many at once every INTERVAL seconds, and note how long it
//                                               takes until each is stored, and until the partner is known to hold it
//   speak COUNT RATE HEARERS TEXT               client 0 speaks so often, and each time so many hear it
//   paste COUNT HEARERS TEXT                    client 0 says so many as fast as they are taken, and so many hear each
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

enum { DOWN, UP, CHECK, SOCKETS, EITHER };
enum {
    MOST_CLIENTS = 1 << 16,
    MOST_STEPS = 64,
    MOST_BATCH = 64,      // messages in one write
    BATCHES_A_WINDOW = 4, // so that a small window is refilled before it is empty
    MOST_LATENCIES = 1 << 23,
    TEXT = 1 << 14,
    EVENTS = 256,
    CLIENTS_A_HOST = 2000,
    MUCH = 1000, MUCH_BYTES = 1 << 16, // to be reported: quickly
    FIRST_REPORTS = 2,                 // after a pause: quickly
    MOST_UNMARKED = 1 << 14,           // messages of one client whose marks are still to come
};
static const double QUICKLY = 0.02, STEADILY = 0.2, PATIENCE = 5, STAY = 1; // seconds
static const double LOOK_EVERY = 0.001, INQUIRE_EVERY = 0.01;
static const double GOLDEN = 0.618033988749895; // spreads any number of clients evenly

typedef struct {
    Wire wire[SOCKETS];
    char name[16], partner[16], token[96];
    long sent, heard, reported, stored, delivered;
    long unreported_bytes;
    double reported_at;
    int quick; // reports that are still to come quickly
    double *said_at; // when it said its messages, by their number
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
static const char *report_text, *inquire_text, *answer_text, *stored_text;
static char answer_line[64];
static int check_socket;
static double report_due[MOST_CLIENTS]; // by client; 0: nothing is to be reported
static char chunk[1 << 18];
static long heard_in_all;
static double last_heard, last_look;

typedef struct {
    double taken[MOST_LATENCIES];
    long count;
} Latencies;
static Latencies latencies, until_stored;

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

static Wire *heard_on(Client *client, int socket) {
    if (socket != EITHER) return &client->wire[socket];
    struct pollfd polled[] = {{client->wire[DOWN].descriptor, POLLIN, 0}, {client->wire[UP].descriptor, POLLIN, 0}};
    poll(polled, 2, -1);
    return &client->wire[polled[DOWN].revents ? DOWN : UP];
}

static void wait_for(Client *client, int socket, const char *text) {
    static char heard[1 << 16];
    for (int length = 0, got; (got = wire_read(heard_on(client, socket), heard + length, sizeof heard - 1 - length)) != CLOSED;) {
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
        for (int which = DOWN; step->socket == EITHER && which <= UP; which++) wire_stop_blocking(&client->wire[which]);
        wait_for(client, step->socket, text);
    }
}

static void begin(int number) {
    Client *client = &clients[number];
    free(client->said_at);
    *client = (Client){.wire = {{-1, NULL}, {-1, NULL}, {-1, NULL}}, .reported_at = -STEADILY};
    report_due[number] = 0;
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

// Latencies

static void note(Latencies *of, double latency) {
    if (of->count < MOST_LATENCIES) of->taken[of->count++] = latency;
}

static int by_size(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

static void print_latencies(Latencies *of, const char *name) {
    if (!of->count) return;
    qsort(of->taken, of->count, sizeof *of->taken, by_size);
    printf(" %sp50_us=%.1f %sp99_us=%.1f %smax_us=%.1f", name, of->taken[of->count / 2] * 1e6, name,
           of->taken[of->count * 99 / 100] * 1e6, name, of->taken[of->count - 1] * 1e6);
    of->count = 0;
}

// Marks: the server answers for a message, and the partner holds it

static long mark(const Client *client, Latencies *of, long from, long upto) {
    if (upto <= from) return from;
    for (double time = now(); client->said_at && from < upto; from++) note(of, time - client->said_at[from % MOST_UNMARKED]);
    return upto;
}

static void note_marks(Client *client, const char *numbers) {
    long stored = 0, delivered = 0;
    sscanf(numbers, "%ld %ld", &stored, &delivered);
    client->stored = mark(client, &until_stored, client->stored, stored);
    client->delivered = mark(client, &latencies, client->delivered, delivered);
}

// Listening

static void look_at_check(Client *client, Wire *wire) {
    char heard[4096];
    int got = wire_read(wire, heard, sizeof heard - 1);
    if (got == CLOSED) give_up(client, "the check socket was closed");
    heard[got] = 0;
    // The server writes whole lines, so that one which is cut in two between two reads is rare; a later one says more.
    for (char *line = strtok(heard, "\n"); line; line = strtok(NULL, "\n")) {
        if (stored_text && !strncmp(line, stored_text, strlen(stored_text))) note_marks(client, line + strlen(stored_text));
        else if (answer_text && !strcmp(line, answer_line)) say_filled(client, wire, answer_text);
    }
}

static long count_messages(const char *from, int length) {
    long count = 0;
    for (const char *end = from + length; (from = memchr(from, '^', end - from)); from++) count++;
    return count;
}

// Reports

// Each client has a place of its own in the time between two reports: those who came together do not report together.
static double beat_from(double time, int number) {
    double phase = fmod(number * GOLDEN, 1) * STEADILY;
    return ceil((time - phase) / STEADILY) * STEADILY + phase;
}

static void plan_report(Client *client, int bytes) {
    double *due = &report_due[client - clients], soonest = fmax(last_heard, client->reported_at + QUICKLY);
    client->unreported_bytes += bytes;
    if (!*due) {
        if (last_heard - client->reported_at >= STEADILY) client->quick = FIRST_REPORTS;
        *due = client->quick ? last_heard + QUICKLY : beat_from(soonest, client - clients);
    }
    int is_much = client->heard - client->reported > MUCH || client->unreported_bytes > MUCH_BYTES;
    if (is_much && soonest < *due) *due = soonest;
}

static void report(Client *client) {
    client->reported = client->heard;
    client->unreported_bytes = 0;
    client->reported_at = now();
    if (client->quick) client->quick--;
    report_due[client - clients] = 0;
    say_filled(client, &client->wire[check_socket], report_text);
}

static void report_what_is_due(void) {
    double time = now();
    if (!report_text || time - last_look < LOOK_EVERY) return;
    last_look = time;
    for (int i = 0; i < client_count; i++)
        if (report_due[i] && report_due[i] <= time) report(&clients[i]);
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
    if (report_text) plan_report(client, got);
    if (heard) heard(client);
}

// What comes within so many milliseconds; `heard` is called for whoever was sent messages.
static void attend(int milliseconds, void (*heard)(Client *)) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poll_descriptor, events, EVENTS, milliseconds);
    for (int i = 0; i < ready; i++) listen_to(&clients[events[i].data.u64 >> 2], events[i].data.u64 & 3, heard);
    report_what_is_due();
}

static void attend_until(double end) {
    for (double left; (left = end - now()) > 0;) attend(ceil(fmin(left, report_text ? QUICKLY / 4 : QUICKLY) * 1e3), NULL);
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

static void inquire(void) {
    for (int i = 0; i < client_count; i++)
        if (report_due[i]) report(&clients[i]);
    for (int i = 0; inquire_text && i < client_count; i++)
        if (clients[i].stored < clients[i].sent) say_filled(&clients[i], &clients[i].wire[check_socket], inquire_text);
}

// Until the server answers for all. All is reported and asked for at once: otherwise the time of the last message, and of
// few before it, would be the time until the next report.
static void settle(void) {
    double end = now() + PATIENCE, asked = 0;
    for (long sent = spoken_in_all(); stored_text && stored_in_all() < sent && now() < end; attend(1, NULL))
        if (now() - asked >= INQUIRE_EVERY) {
            inquire();
            asked = now();
        }
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
    note(&latencies, time - client->sent_at);
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
    print_latencies(&latencies, "");
    print_latencies(&until_stored, "stored_");
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

static void say_marked(Client *client, int count, const char *text) {
    for (int i = 0; i < count; i++) {
        client->said_at[client->sent % MOST_UNMARKED] = now();
        say_filled(client, speaks_on(client), text);
        client->sent++;
    }
}

static long marks_due(void) {
    long due = 0;
    for (int i = 0; i < client_count; i++) due += clients[i].said_at && clients[i].delivered < clients[i].sent;
    return due;
}

static void play_marked(char **words) {
    double start = now(), end = start + atof(words[0]), interval = atof(words[1]);
    long before = heard_in_all, owed = spoken_in_all() - before;
    for (int i = 0; i < client_count; i += 2) {
        clients[i].due = start + interval * i / client_count;
        clients[i].said_at = calloc(MOST_UNMARKED, sizeof(double));
    }
    for (double time; (time = now()) < end; attend(1, NULL))
        for (int i = 0; i < client_count; i += 2)
            if (clients[i].due <= time) {
                say_marked(&clients[i], atoi(words[2]), words[3]);
                clients[i].due += interval;
            }
    drain(spoken_in_all() - owed);
    // Here the reports are waited for, as they are what is measured.
    for (double patience = now() + PATIENCE; marks_due() && now() < patience;) attend(1, NULL);
    print_play(start, before, spoken_in_all() - owed);
    for (int i = 0; i < client_count; i += 2) {
        free(clients[i].said_at);
        clients[i].said_at = NULL;
    }
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

static void play_paste(char **words) {
    long count = atol(words[0]), hearers = atol(words[1]), before = heard_in_all;
    char *lines = malloc(count * (strlen(words[2]) + sizeof clients->name + sizeof clients->partner)), *end = lines;
    for (long said = 0; said < count; said++, clients[0].sent++) end += fill(words[2], &clients[0], end);
    double start = last_heard = now();
    for (char *from = lines; heard_in_all < before + count * hearers && now() - last_heard < PATIENCE;) {
        int taken = from < end ? wire_write(speaks_on(&clients[0]), from, fmin(end - from, sizeof chunk)) : 0;
        if (taken == CLOSED) give_up(&clients[0], "closed while it spoke");
        from += taken;
        attend(from < end ? 0 : 1, NULL);
    }
    free(lines);
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
        note(&latencies, now() - asked);
    }
    epoll_ctl(poll_descriptor, EPOLL_CTL_MOD, descriptor, &loud);
    printf("delivered=%ld delivered_s=%.4f", answers, now() - start);
    print_latencies(&latencies, "");
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
        note(&latencies, now() - began);
        if (done >= stay) log_out(&clients[(done - stay) % names], words[2]);
    }
    printf("delivered=%ld delivered_s=%.4f", count, now() - start);
    print_latencies(&latencies, "");
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
    {"login", play_login}, {"pingpong", play_pingpong}, {"pipelined", play_pipelined}, {"marked", play_marked}, {"speak", play_speak},
    {"paste", play_paste}, {"ask", play_ask},           {"idle", play_idle},           {"churn", play_churn},
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

static int socket_named(const char *name) {
    return !strcmp(name, "up") ? UP : !strcmp(name, "check") ? CHECK : !strcmp(name, "either") ? EITHER : DOWN;
}

static void add_step(char *words) {
    const char *who = strsep(&words, " "), *socket = strsep(&words, " "), *action = strsep(&words, " ");
    if (!strcmp(action, "report")) report_text = words, check_socket = socket_named(socket);
    else if (!strcmp(action, "inquire")) inquire_text = words;
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
