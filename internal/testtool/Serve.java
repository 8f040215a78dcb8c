import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs the commands of the judge EU DSS one after the other in one process, since its start costs seconds. A line of standard input is
 * a command, its words parted by U+001F. The answer is the command's output and then a line of U+0004, the exit status and the complaint.
 */
public final class Serve {
    public static void main(String[] none) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        System.setOut(nowhere);
        System.setErr(nowhere);
        Class<?> judge = Class.forName("kyso.oracle.Main");
        Method run = judge.getDeclaredMethod("run", List.class, PrintStream.class);
        Method describe = judge.getDeclaredMethod("describe", Throwable.class);
        run.setAccessible(true);
        describe.setAccessible(true);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        out.println("ready");
        out.flush();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ByteArrayOutputStream answers = new ByteArrayOutputStream();
            int status = 0;
            String complaint = "";
            try (PrintStream to = new PrintStream(answers, false, StandardCharsets.UTF_8)) {
                run.invoke(null, List.of(line.split("\u001f", -1)), to);
            } catch (InvocationTargetException e) {
                Throwable cause = e.getCause();
                status = cause instanceof IOException || cause.getClass().getSimpleName().equals("UsageException") ? 3 : 2;
                complaint = (String) describe.invoke(null, cause);
            }
            answers.writeTo(out);
            out.println("\u0004" + status + " " + complaint);
            out.flush();
        }
    }
}
