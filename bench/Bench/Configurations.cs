using System.Text;

namespace Slipway.Bench;

/// <summary>Configurations of a wanted size, the same at every run.</summary>
internal static class Configurations
{
    /// <summary>Jobs in five stages, each with rules by reference, extends, variables that name each other, and two needs.</summary>
    public static string Jobs(int count)
    {
        var inStage = count / 5;
        var text = new StringBuilder(
            """
            stages: [a, b, c, d, e]
            variables: { A: "1", B: $A-2, C: $B-3 }
            .rules:
              rules:
                - if: $CI_COMMIT_TAG
                  when: never
                - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
                  variables: { ON_MAIN: "yes" }
                - when: on_success
            .job:
              variables: { D: $C-4 }
              script: [echo "$D"]

            """
        );
        for (var i = 0; i < count; i++)
        {
            text.Append($"job-{i:0000}:\n  extends: .job\n  stage: {"abcde"[i / inStage]}\n  variables: {{ OWN: \"{i}\", E: $D-$OWN }}\n");
            if (i >= inStage)
                text.Append($"  needs: [job-{i - inStage:0000}, job-{(i / inStage * inStage) - inStage + ((i + 1) % inStage):0000}]\n");
            text.Append("  rules:\n    - !reference [.rules, rules]\n");
        }
        return text.ToString();
    }

    /// <summary>A file that includes 149 others, which with itself is as many as GitLab allows; ten jobs in each, which extend the first file's.</summary>
    public static Dictionary<string, string> Includes()
    {
        var files = new Dictionary<string, string>();
        var root = new StringBuilder("include:\n");
        for (var file = 0; file < 149; file++)
        {
            root.Append($"  - local: ci/{file}.yml\n");
            var text = new StringBuilder();
            for (var job = 0; job < 10; job++)
                text.Append($"job-{file}-{job}:\n  extends: .job\n  script: [make {job}]\n  rules:\n    - if: $CI_COMMIT_BRANCH\n");
            files[$"ci/{file}.yml"] = text.ToString();
        }
        root.Append(".job:\n  image: alpine\n  variables: { A: b }\n");
        files[".gitlab-ci.yml"] = root.ToString();
        return files;
    }

    /// <summary>5,000 lines: 250 jobs with long scripts, artifacts, caches and comments.</summary>
    public static string FiveThousandLines()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 250; i++)
        {
            text.Append($"# Job number {i}\njob-{i}:\n  stage: test\n  image: registry.example.com/group/image:{i}\n  script:\n");
            for (var line = 0; line < 8; line++)
                text.Append($"    - make target-{line} --jobs 4 VERBOSE={line} # step {line}\n");
            text.Append("  artifacts:\n    paths:\n      - out/\n  cache:\n    key: $CI_COMMIT_REF_SLUG\n    paths: [deps/]\n\n");
        }
        return text.ToString();
    }
}
