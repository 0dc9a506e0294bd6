// A TCP connection to the server on this machine, in the clear or with TLS: the load does not have to know which.
#ifndef WIRE_H
#define WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#else
typedef void SSL;
#endif

typedef struct {
    int descriptor; // -1: none
    SSL *tls;       // NULL: in the clear
} Wire;

enum { NOTHING_YET = 0, CLOSED = -1 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

#ifdef WITH_TLS
static SSL_CTX *tls_context;

static void wire_begin_tls(void) {
    tls_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(tls_context, SSL_VERIFY_NONE, NULL); // the certificate was made for this run
    SSL_CTX_set_mode(tls_context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

static SSL *tls_over(int descriptor) {
    if (!tls_context) return NULL;
    SSL *tls = SSL_new(tls_context);
    SSL_set_fd(tls, descriptor);
    if (SSL_connect(tls) != 1) fail("TLS handshake");
    return tls;
}

static int tls_outcome(SSL *tls, int done) {
    if (done > 0) return done;
    int error = SSL_get_error(tls, done);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? NOTHING_YET : CLOSED;
}

static int tls_read(SSL *tls, char *to, int most) { return tls_outcome(tls, SSL_read(tls, to, most)); }
static int tls_write(SSL *tls, const char *from, int length) { return tls_outcome(tls, SSL_write(tls, from, length)); }
static void tls_close(SSL *tls) { SSL_free(tls); }
#else
static void wire_begin_tls(void) {
    fputs("load was built without OpenSSL\n", stderr);
    exit(2);
}
static SSL *tls_over(int descriptor) { return (void)descriptor, NULL; }
static int tls_read(SSL *tls, char *to, int most) { return (void)tls, (void)to, (void)most, CLOSED; }
static int tls_write(SSL *tls, const char *from, int length) { return (void)tls, (void)from, (void)length, CLOSED; }
static void tls_close(SSL *tls) { (void)tls; }
#endif

static struct sockaddr_in loopback(int host, int port) {
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK + host)};
}

// `host` is which of this machine's loopback addresses to come from. One address has 28,000 ports to give, and from the
// 14,000th on the kernel searches long for one that is free: that would be measured as a slow login.
static Wire wire_dial(int port, int host) {
    struct sockaddr_in address = loopback(0, port), source = loopback(host, 0);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&source, sizeof source) || connect(descriptor, (struct sockaddr *)&address, sizeof address)) fail("connect");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return (Wire){descriptor, tls_over(descriptor)};
}

static void wire_stop_blocking(Wire *wire) { fcntl(wire->descriptor, F_SETFL, O_NONBLOCK); }

// How many bytes came, NOTHING_YET or CLOSED.
static int wire_read(Wire *wire, char *to, int most) {
    if (wire->tls) return tls_read(wire->tls, to, most);
    int got = read(wire->descriptor, to, most);
    return got > 0 ? got : got < 0 && errno == EAGAIN ? NOTHING_YET : CLOSED;
}

// How many bytes were taken, NOTHING_YET or CLOSED.
static int wire_write(Wire *wire, const char *from, int length) {
    if (wire->tls) return tls_write(wire->tls, from, length);
    int taken = write(wire->descriptor, from, length);
    return taken >= 0 ? taken : errno == EAGAIN ? NOTHING_YET : CLOSED;
}

static void wire_close(Wire *wire) {
    if (wire->descriptor < 0) return;
    if (wire->tls) tls_close(wire->tls);
    close(wire->descriptor);
    *wire = (Wire){-1, NULL};
}

#endif
