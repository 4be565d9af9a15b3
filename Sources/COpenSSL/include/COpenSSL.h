#ifndef GUARDIA_COPENSSL_H
#define GUARDIA_COPENSSL_H
/* libssl, for those who look at the TLS of others; the kiosk has none of it (CCrypto is digests alone). */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* Most of OpenSSL's setters and all its stacks are macros, which Swift does not import: one wrapper for each that is used. */

static inline int guardia_ssl_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline void guardia_ssl_ask_for_status(SSL *ssl) {
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
}

static inline long guardia_ssl_status(SSL *ssl, const unsigned char **response) {
    return SSL_get_tlsext_status_ocsp_resp(ssl, response);
}

static inline void guardia_ssl_allow_every_version(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_max_proto_version(context, 0);
}

static inline void guardia_ssl_require_modern_versions(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/* OpenSSL would ask the terminal for a key's passphrase, and wait for it. */
static inline int guardia_no_passphrase(char *buffer, int size, int isWriting, void *context) {
    (void)buffer; (void)size; (void)isWriting; (void)context;
    return 0;
}

static inline void guardia_ssl_ask_nobody(SSL_CTX *context) {
    SSL_CTX_set_default_passwd_cb(context, guardia_no_passphrase);
}

static inline void guardia_ssl_buffers(SSL *ssl, BIO **in, BIO **out) {
    *in = BIO_new(BIO_s_mem());
    *out = BIO_new(BIO_s_mem());
    /* An empty buffer is "try again", not the end. */
    BIO_set_mem_eof_return(*in, -1);
    BIO_set_mem_eof_return(*out, -1);
    SSL_set_bio(ssl, *in, *out);
}

static inline int guardia_chain_count(STACK_OF(X509) *chain) { return sk_X509_num(chain); }
static inline X509 *guardia_chain_at(STACK_OF(X509) *chain, int index) { return sk_X509_value(chain, index); }
static inline STACK_OF(X509) *guardia_chain_new(void) { return sk_X509_new_null(); }
static inline int guardia_chain_push(STACK_OF(X509) *chain, X509 *certificate) { return sk_X509_push(chain, certificate); }
static inline void guardia_chain_free(STACK_OF(X509) *chain) { sk_X509_free(chain); }

static inline X509 *guardia_certificate(const unsigned char *bytes, long count) { return d2i_X509(NULL, &bytes, count); }
static inline OCSP_RESPONSE *guardia_ocsp(const unsigned char *bytes, long count) {
    return d2i_OCSP_RESPONSE(NULL, &bytes, count);
}

static inline int guardia_names_count(GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
/* The text of a DNS name or the bytes of an address; 0 for other kinds, else the kind's number. */
static inline int guardia_name_at(GENERAL_NAMES *names, int index, const unsigned char **bytes, int *count) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    const ASN1_STRING *text = name->type == GEN_DNS ? name->d.dNSName : name->type == GEN_IPADD ? name->d.iPAddress : NULL;
    if (text == NULL) return 0;
    *bytes = ASN1_STRING_get0_data(text);
    *count = ASN1_STRING_length(text);
    return name->type;
}
static inline void guardia_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

/* What a verification objects to, all of it: the callback notes each error and lets it go on. */
struct guardia_objections {
    int count;
    int codes[32];
    int depths[32];
};

static inline int guardia_note_objection(int ok, X509_STORE_CTX *context) {
    if (ok) return 1;
    struct guardia_objections *objections = (struct guardia_objections *)X509_STORE_CTX_get_app_data(context);
    if (objections != NULL && objections->count < 32) {
        objections->codes[objections->count] = X509_STORE_CTX_get_error(context);
        objections->depths[objections->count] = X509_STORE_CTX_get_error_depth(context);
        objections->count++;
    }
    return 1;
}

/* Verifies a server's certificate with the chain that it sent, at a time. Returns below 0 where it could not be tried. */
static inline int guardia_verify(X509_STORE *store, X509 *leaf, STACK_OF(X509) *chain, time_t at,
                                 struct guardia_objections *objections) {
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context == NULL) return -1;
    if (X509_STORE_CTX_init(context, store, leaf, chain) != 1) {
        X509_STORE_CTX_free(context);
        return -1;
    }
    X509_STORE_CTX_set_default(context, "ssl_server");
    X509_STORE_CTX_set_time(context, 0, at);
    X509_STORE_CTX_set_app_data(context, objections);
    X509_STORE_CTX_set_verify_cb(context, guardia_note_objection);
    int result = X509_verify_cert(context);
    X509_STORE_CTX_free(context);
    return result;
}

static inline void guardia_print_name(BIO *out, const X509_NAME *name) {
    X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

static inline int guardia_must_staple(X509 *certificate) {
    return X509_get_ext_by_NID(certificate, NID_tlsfeature, -1) >= 0;
}

static inline int guardia_has_responder(X509 *certificate) {
    STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(certificate);
    int found = urls != NULL && sk_OPENSSL_STRING_num(urls) > 0;
    if (urls != NULL) X509_email_free(urls);
    return found;
}

/* Whether a response is about this certificate and signed by its issuer, or by whom the issuer lets sign (RFC 6960, 4.2.2.2).
   Times are judged elsewhere. */
static inline int guardia_ocsp_proves(OCSP_RESPONSE *response, X509 *leaf, X509 *issuer) {
    int proves = 0;
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *certificates = sk_X509_new_null();
    if (basic != NULL && store != NULL && certificates != NULL && sk_X509_push(certificates, issuer) > 0
        && X509_STORE_add_cert(store, issuer) == 1) {
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, 0);
        const OCSP_CERTID *theirs = single == NULL ? NULL : OCSP_SINGLERESP_get0_id(single);
        ASN1_OBJECT *digest = NULL;
        if (theirs != NULL && OCSP_id_get0_info(NULL, &digest, NULL, NULL, (OCSP_CERTID *)theirs) == 1) {
            OCSP_CERTID *ours = OCSP_cert_to_id(EVP_get_digestbyobj(digest), leaf, issuer);
            proves = ours != NULL && OCSP_id_cmp(ours, theirs) == 0
                && OCSP_basic_verify(basic, certificates, store, 0) == 1;
            OCSP_CERTID_free(ours);
        }
    }
    sk_X509_free(certificates);
    X509_STORE_free(store);
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return proves;
}

/* V_OCSP_CERTSTATUS_… of the first answer in a response, below 0 where there is none; and when it is to be renewed. */
static inline int guardia_ocsp_status(OCSP_RESPONSE *response, int64_t *next_update) {
    *next_update = 0;
    if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) return -1;
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    if (basic == NULL) return -1;
    int status = -1;
    OCSP_SINGLERESP *single = OCSP_resp_get0(basic, 0);
    if (single != NULL) {
        ASN1_GENERALIZEDTIME *next = NULL;
        status = OCSP_single_get0_status(single, NULL, NULL, NULL, &next);
        struct tm parts;
        if (next != NULL && ASN1_TIME_to_tm(next, &parts) == 1) *next_update = (int64_t)timegm(&parts);
    }
    OCSP_BASICRESP_free(basic);
    return status;
}

/* Seconds since 1970; 0 where the field is no time. */
static inline int64_t guardia_time(const ASN1_TIME *time) {
    struct tm parts;
    return time != NULL && ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

static inline const char *guardia_signature_name(X509 *certificate) {
    return OBJ_nid2sn(X509_get_signature_nid(certificate));
}

static inline const char *guardia_signature_digest(X509 *certificate) {
    int digest = 0;
    if (X509_get_signature_info(certificate, &digest, NULL, NULL, NULL) != 1) return "";
    return digest == 0 ? "" : OBJ_nid2sn(digest);
}

static inline const char *guardia_key_type(EVP_PKEY *key) { return OBJ_nid2sn(EVP_PKEY_get_base_id(key)); }
#endif
