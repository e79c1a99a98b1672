/** One message of the protocol: what kind it is, and a text. */
final class ImMessage {
    static final int LOGIN = 1;
    static final int LOGIN_OK = 2;
    static final int LOGIN_FAILED = 3;
    static final int TEXT = 4;
    static final int PING = 5;
    static final int PONG = 6;

    final int type;
    final String body;

    ImMessage(int type, String body) {
        this.type = type;
        this.body = body;
    }
}
