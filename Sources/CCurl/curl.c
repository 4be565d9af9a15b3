/* The type checks are for literal options; the functions below pass variables. */
#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"

#include <CLibrary.h>
#include <pthread.h>
#include <stdarg.h>

/* What is used of it, by us and by the Foundation that is linked in: whoever calls one of these names in this program calls the
   functions below, which hand on to the library. With them, nothing here is linked with libcurl. */
#define FUNCTIONS(EACH) \
    EACH(curl_easy_cleanup) EACH(curl_easy_getinfo) EACH(curl_easy_init) EACH(curl_easy_pause) EACH(curl_easy_perform) \
    EACH(curl_easy_reset) EACH(curl_easy_setopt) EACH(curl_easy_strerror) EACH(curl_free) EACH(curl_getdate) \
    EACH(curl_global_init) EACH(curl_multi_add_handle) EACH(curl_multi_assign) EACH(curl_multi_cleanup) \
    EACH(curl_multi_info_read) EACH(curl_multi_init) EACH(curl_multi_perform) EACH(curl_multi_poll) \
    EACH(curl_multi_remove_handle) EACH(curl_multi_setopt) EACH(curl_multi_socket_action) EACH(curl_multi_timeout) \
    EACH(curl_multi_wakeup) EACH(curl_slist_append) EACH(curl_slist_free_all) EACH(curl_url) EACH(curl_url_get) \
    EACH(curl_url_set) EACH(curl_version) EACH(curl_version_info)

#define FIELD(name) __typeof__(&name) name;
#define NAME(name) #name,
static struct { FUNCTIONS(FIELD) } curl;
static const char *const names[] = {FUNCTIONS(NAME)};
_Static_assert(sizeof curl == sizeof names, "one function a name");

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure;
static void open_library(void) {
    failure = guardia_library_open("libcurl.so.4", names, (void **)&curl, sizeof names / sizeof *names);
}

const char *guardia_curl_open(void) {
    pthread_once(&once, open_library);
    return failure;
}

/* Not for the shared libraries of this process, which are linked with libcurl themselves. */
#define OURS __attribute__((visibility("hidden")))
/* Before whatever can be called first. */
#define OR_ELSE(value) if (guardia_curl_open() != NULL) return value

OURS CURLcode curl_global_init(long flags) { OR_ELSE(CURLE_FAILED_INIT); return curl.curl_global_init(flags); }
OURS char *curl_version(void) { OR_ELSE(NULL); return curl.curl_version(); }
OURS curl_version_info_data *curl_version_info(CURLversion age) { OR_ELSE(NULL); return curl.curl_version_info(age); }
OURS time_t curl_getdate(const char *text, const time_t *unused) { OR_ELSE(-1); return curl.curl_getdate(text, unused); }
OURS void curl_free(void *memory) { curl.curl_free(memory); }

OURS CURL *curl_easy_init(void) { OR_ELSE(NULL); return curl.curl_easy_init(); }
OURS void curl_easy_cleanup(CURL *easy) { curl.curl_easy_cleanup(easy); }
OURS void curl_easy_reset(CURL *easy) { curl.curl_easy_reset(easy); }
OURS CURLcode curl_easy_perform(CURL *easy) { return curl.curl_easy_perform(easy); }
OURS CURLcode curl_easy_pause(CURL *easy, int what) { return curl.curl_easy_pause(easy, what); }
OURS const char *curl_easy_strerror(CURLcode code) { return curl.curl_easy_strerror(code); }

/* The one argument that follows is as wide as a pointer, whatever it is: a long, a curl_off_t, a pointer to data or to code. */
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "one width for all options");
#define LAST(before) ({ va_list rest; va_start(rest, before); void *last = va_arg(rest, void *); va_end(rest); last; })
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
OURS CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...) {
    return curl.curl_easy_setopt(easy, option, LAST(option));
}
OURS CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...) { return curl.curl_easy_getinfo(easy, info, LAST(info)); }
OURS CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...) {
    return curl.curl_multi_setopt(multi, option, LAST(option));
}

OURS CURLU *curl_url(void) { OR_ELSE(NULL); return curl.curl_url(); }
/* By another name in C: whether its handle is const differs between versions of the header. */
OURS CURLUcode our_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) __asm__("curl_url_get");
OURS CURLUcode our_url_get(CURLU *url, CURLUPart part, char **text, unsigned flags) {
    return curl.curl_url_get(url, part, text, flags);
}
OURS CURLUcode curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned flags) {
    return curl.curl_url_set(url, part, text, flags);
}

OURS CURLM *curl_multi_init(void) { OR_ELSE(NULL); return curl.curl_multi_init(); }
OURS CURLMcode curl_multi_cleanup(CURLM *multi) { return curl.curl_multi_cleanup(multi); }
OURS CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy) { return curl.curl_multi_add_handle(multi, easy); }
OURS CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy) { return curl.curl_multi_remove_handle(multi, easy); }
OURS CURLMcode curl_multi_perform(CURLM *multi, int *running) { return curl.curl_multi_perform(multi, running); }
OURS CURLMcode curl_multi_assign(CURLM *multi, curl_socket_t socket, void *pointer) {
    return curl.curl_multi_assign(multi, socket, pointer);
}
OURS CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running) {
    return curl.curl_multi_socket_action(multi, socket, events, running);
}
OURS CURLMcode curl_multi_timeout(CURLM *multi, long *milliseconds) { return curl.curl_multi_timeout(multi, milliseconds); }
OURS CURLMcode curl_multi_wakeup(CURLM *multi) { return curl.curl_multi_wakeup(multi); }
OURS CURLMsg *curl_multi_info_read(CURLM *multi, int *left) { return curl.curl_multi_info_read(multi, left); }
OURS CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd watches[], unsigned count, int timeout, int *descriptors) {
    return curl.curl_multi_poll(multi, watches, count, timeout, descriptors);
}

OURS struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text) {
    OR_ELSE(NULL);
    return curl.curl_slist_append(list, text);
}
OURS void curl_slist_free_all(struct curl_slist *list) { curl.curl_slist_free_all(list); }

CURLcode guardia_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl.curl_easy_setopt(easy, option, value);
}
CURLcode guardia_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl.curl_easy_setopt(easy, option, value);
}
CURLcode guardia_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl.curl_easy_setopt(easy, option, value);
}
CURLcode guardia_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl.curl_easy_setopt(easy, option, value);
}
CURLcode guardia_curl_set_callback(CURL *easy, CURLoption option, curl_write_callback value) {
    return curl.curl_easy_setopt(easy, option, value);
}
CURLMcode guardia_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl.curl_multi_setopt(multi, option, value);
}

void *guardia_curl_private(CURL *easy) {
    char *value = NULL;
    curl.curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
    return value;
}

struct guardia_curl_summary guardia_curl_summarize(CURL *easy) {
    struct guardia_curl_summary s = {0};
    curl.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &s.status);
    curl.curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &s.new_connections);
    curl.curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &s.name_lookup);
    curl.curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &s.connect);
    curl.curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &s.app_connect);
    curl.curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &s.pre_transfer);
    curl.curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &s.start_transfer);
    curl.curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &s.total);
    return s;
}

const char *guardia_curl_primary_ip(CURL *easy) {
    char *value = NULL;
    curl.curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &value);
    return value;
}

const struct curl_certinfo *guardia_curl_certificates(CURL *easy) {
    struct curl_certinfo *value = NULL;
    curl.curl_easy_getinfo(easy, CURLINFO_CERTINFO, &value);
    return value;
}
