/** Who may log in. */
interface UserStore {
    /** The name of the user with this token, or null. May take its time. */
    String find(String token) throws Exception;
}
