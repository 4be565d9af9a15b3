#ifndef GUARDIA_CCURL_SHIM_H
#define GUARDIA_CCURL_SHIM_H
/* The type checks are for literal options; the wrappers below pass variables. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* curl_easy_setopt, curl_multi_setopt and curl_easy_getinfo are variadic, which Swift does not import: one wrapper a
   type of argument. */

static inline CURLcode guardia_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode guardia_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode guardia_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode guardia_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode guardia_curl_set_callback(CURL *easy, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLMcode guardia_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/* CURLINFO_PRIVATE is the only thing that leads from a finished transfer back to who waits for it. */
static inline void *guardia_curl_private(CURL *easy) {
    char *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
    return value;
}

/* CURLMsg keeps the result in a union. */
static inline CURLcode guardia_curl_message_result(const CURLMsg *message) { return message->data.result; }

/* What is asked after each transfer, in one call. Times are microseconds from the start of the transfer. */
struct guardia_curl_summary {
    long status;
    long new_connections;
    curl_off_t name_lookup;
    curl_off_t connect;
    curl_off_t app_connect;
    curl_off_t pre_transfer;
    curl_off_t start_transfer;
    curl_off_t total;
};

static inline struct guardia_curl_summary guardia_curl_summarize(CURL *easy) {
    struct guardia_curl_summary s = {0};
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &s.status);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &s.new_connections);
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &s.name_lookup);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &s.connect);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &s.app_connect);
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &s.pre_transfer);
    curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &s.start_transfer);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &s.total);
    return s;
}

/* Owned by the handle; gone with its next transfer. */
static inline const char *guardia_curl_primary_ip(CURL *easy) {
    char *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &value);
    return value;
}

static inline const struct curl_certinfo *guardia_curl_certificates(CURL *easy) {
    struct curl_certinfo *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_CERTINFO, &value);
    return value;
}

#endif
