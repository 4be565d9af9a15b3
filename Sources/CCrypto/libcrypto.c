#include <CLibrary.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

/* What is used of libcrypto, by us and by COpenSSL. One that is missing here is an error of the linker. */
#define FUNCTIONS(EACH) \
    EACH(ASN1_INTEGER_to_BN) EACH(ASN1_STRING_get0_data) EACH(ASN1_STRING_length) EACH(ASN1_TIME_to_tm) \
    EACH(BIO_ctrl) EACH(BIO_free) EACH(BIO_new) EACH(BIO_new_mem_buf) EACH(BIO_read) EACH(BIO_s_mem) EACH(BIO_write) \
    EACH(BN_bn2hex) EACH(BN_free) EACH(CRYPTO_free) EACH(CRYPTO_memcmp) EACH(ERR_clear_error) \
    EACH(ERR_peek_last_error) EACH(ERR_reason_error_string) EACH(EVP_Digest) EACH(EVP_DigestFinal_ex) \
    EACH(EVP_DigestInit_ex) EACH(EVP_DigestSign) EACH(EVP_DigestSignInit) EACH(EVP_DigestUpdate) \
    EACH(EVP_DigestVerify) EACH(EVP_DigestVerifyInit) EACH(EVP_EncodeBlock) EACH(EVP_MD_CTX_free) \
    EACH(EVP_MD_CTX_new) EACH(EVP_PKEY_free) EACH(EVP_PKEY_get_base_id) EACH(EVP_PKEY_get_bits) \
    EACH(EVP_get_digestbyname) EACH(EVP_sha1) EACH(EVP_sha256) EACH(GENERAL_NAMES_free) EACH(HMAC) EACH(MD5_Final) \
    EACH(MD5_Init) EACH(MD5_Update) EACH(OBJ_nid2sn) EACH(OBJ_obj2nid) EACH(OCSP_BASICRESP_free) \
    EACH(OCSP_CERTID_free) EACH(OCSP_RESPONSE_free) EACH(OCSP_SINGLERESP_get0_id) EACH(OCSP_basic_verify) \
    EACH(OCSP_cert_to_id) EACH(OCSP_id_cmp) EACH(OCSP_id_get0_info) EACH(OCSP_resp_get0) \
    EACH(OCSP_response_get1_basic) EACH(OCSP_response_status) EACH(OCSP_single_get0_status) EACH(OPENSSL_sk_free) \
    EACH(OPENSSL_sk_new_null) EACH(OPENSSL_sk_num) EACH(OPENSSL_sk_push) EACH(OPENSSL_sk_value) \
    EACH(PEM_read_bio_PUBKEY) EACH(PEM_read_bio_PrivateKey) EACH(PEM_read_bio_X509) EACH(SHA256_Final) \
    EACH(SHA256_Init) EACH(SHA256_Update) EACH(X509_NAME_print_ex) EACH(X509_STORE_CTX_free) \
    EACH(X509_STORE_CTX_get_error) EACH(X509_STORE_CTX_get_error_depth) EACH(X509_STORE_CTX_get_ex_data) \
    EACH(X509_STORE_CTX_init) EACH(X509_STORE_CTX_new) EACH(X509_STORE_CTX_set_default) \
    EACH(X509_STORE_CTX_set_ex_data) EACH(X509_STORE_CTX_set_time) EACH(X509_STORE_CTX_set_verify_cb) \
    EACH(X509_STORE_add_cert) EACH(X509_STORE_free) EACH(X509_STORE_load_file) EACH(X509_STORE_new) \
    EACH(X509_STORE_set_default_paths) EACH(X509_STORE_set_flags) EACH(X509_VERIFY_PARAM_set1_ip_asc) \
    EACH(X509_check_host) EACH(X509_check_ip_asc) EACH(X509_digest) EACH(X509_email_free) EACH(X509_free) \
    EACH(X509_get0_notAfter) EACH(X509_get0_notBefore) EACH(X509_get0_pubkey) EACH(X509_get0_serialNumber) \
    EACH(X509_get1_ocsp) EACH(X509_get_ext_by_NID) EACH(X509_get_ext_d2i) EACH(X509_get_issuer_name) \
    EACH(X509_get_signature_info) EACH(X509_get_signature_nid) EACH(X509_get_subject_name) EACH(X509_verify_cert) \
    EACH(X509_verify_cert_error_string) EACH(d2i_OCSP_RESPONSE) EACH(d2i_X509) EACH(i2d_X509)

#define TRAMPOLINE(name) GUARDIA_TRAMPOLINE(guardia_crypto, name)
#define NAME(name) #name,
GUARDIA_TRAMPOLINES(guardia_crypto, FUNCTIONS(TRAMPOLINE));
static const char *const names[] = {FUNCTIONS(NAME)};

static void open_library(void) {
    const char *failure = guardia_library_open("libcrypto.so.3", names, guardia_crypto_slots, sizeof names / sizeof *names);
    if (failure == NULL) return;
    /* As the loader ends a program whose library is missing: nothing of it can go on. */
    fprintf(stderr, "guardia: libcrypto cannot be used: %s\n", failure);
    _exit(127);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
__attribute__((used, visibility("hidden"))) void guardia_crypto_open(void) { pthread_once(&once, open_library); }
