import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.maven.artifact.versioning.ComparableVersion;
import org.apache.maven.model.Model;
import org.apache.maven.model.building.DefaultModelBuildingRequest;
import org.apache.maven.model.interpolation.DefaultModelVersionProcessor;
import org.apache.maven.model.validation.DefaultModelValidator;

/** Answers each line "A B" of standard input as linesFrom in ../oracle-file.mjs expects. */
class Order {
    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines();
        var output = new StringBuilder();
        lines.forEach(line -> output.append(answer(line.split(" "))).append('\n'));
        System.out.write(output.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static String answer(String[] pair) {
        var refused = new StringBuilder();
        for (var text : pair) if (!isVersion(text)) refused.append(' ').append(text);
        if (refused.length() > 0) return "!" + refused;
        int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
        return order < 0 ? "<" : order == 0 ? "=" : ">";
    }

    /** ComparableVersion takes anything; what a project may call its version is checked with the rest of its model. */
    private static boolean isVersion(String text) {
        var model = new Model();
        model.setModelVersion("4.0.0");
        model.setGroupId("group");
        model.setArtifactId("artifact");
        model.setPackaging("jar");
        model.setVersion(text);
        var hasProblem = new AtomicBoolean();
        new DefaultModelValidator(new DefaultModelVersionProcessor())
                .validateEffectiveModel(model, new DefaultModelBuildingRequest(), problem -> {
                    if (!problem.getMessage().contains("unsupported snapshot version format")) hasProblem.set(true);
                });
        return !hasProblem.get();
    }
}
