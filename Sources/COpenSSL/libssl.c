#include <CLibrary.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

/* What is used of libssl. What is used of libcrypto is in CCrypto. */
#define FUNCTIONS(EACH) \
    EACH(SSL_CIPHER_get_protocol_id) EACH(SSL_CTX_ctrl) EACH(SSL_CTX_free) EACH(SSL_CTX_load_verify_file) \
    EACH(SSL_CTX_new) EACH(SSL_CTX_set_cipher_list) EACH(SSL_CTX_set_default_passwd_cb) \
    EACH(SSL_CTX_set_default_verify_paths) EACH(SSL_CTX_set_options) EACH(SSL_CTX_set_security_level) \
    EACH(SSL_CTX_set_verify) EACH(SSL_CTX_use_PrivateKey_file) EACH(SSL_CTX_use_certificate_chain_file) \
    EACH(SSL_ctrl) EACH(SSL_do_handshake) EACH(SSL_free) EACH(SSL_get0_param) EACH(SSL_get_current_cipher) \
    EACH(SSL_get_error) EACH(SSL_get_peer_cert_chain) EACH(SSL_get_verify_mode) EACH(SSL_get_verify_result) \
    EACH(SSL_new) EACH(SSL_read) EACH(SSL_set1_host) EACH(SSL_set_alpn_protos) EACH(SSL_set_bio) \
    EACH(SSL_set_connect_state) EACH(SSL_version) EACH(SSL_write) EACH(TLS_client_method)

#define TRAMPOLINE(name) GUARDIA_TRAMPOLINE(guardia_openssl, name)
#define NAME(name) #name,
GUARDIA_TRAMPOLINES(guardia_openssl, FUNCTIONS(TRAMPOLINE));
static const char *const names[] = {FUNCTIONS(NAME)};

static void open_library(void) {
    const char *failure = guardia_library_open("libssl.so.3", names, guardia_openssl_slots, sizeof names / sizeof *names);
    if (failure == NULL) return;
    /* As the loader ends a program whose library is missing: nothing of it can go on. */
    fprintf(stderr, "guardia: libssl cannot be used: %s\n", failure);
    _exit(127);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
__attribute__((used, visibility("hidden"))) void guardia_openssl_open(void) { pthread_once(&once, open_library); }
