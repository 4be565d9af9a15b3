/* The floor of every key: a program that does nothing but answer. */
#include <termios.h>
#include <unistd.h>

int main(void) {
    struct termios mode;
    char key[64];
    ssize_t count;
    tcgetattr(0, &mode);
    cfmakeraw(&mode);
    tcsetattr(0, TCSANOW, &mode);
    if (write(1, "ready", 5) != 5) return 1;
    while ((count = read(0, key, sizeof key)) > 0 && key[0] != 'q')
        if (write(1, key, count) != count) return 1;
    return 0;
}
