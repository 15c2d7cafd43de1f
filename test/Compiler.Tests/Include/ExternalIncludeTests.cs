using System.Security.Cryptography;
using System.Text;
using Slipway.Compiler.Tests.Evaluation;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Include;

/// <summary>Files of other projects, of the web, and components, through the compiler's door.</summary>
public sealed class ExternalIncludeTests
{
    private const string Pinned = "build: {script: pinned}\n";

    private static OtherProjects World() =>
        new OtherProjects()
            .With(
                "group/Templates",
                "HEAD main",
                ("build.yml", "build: {script: main}\n"),
                ("ci/nested.yml", "include: [/ci/deep.yml, {project: other/lib, ref: v2, file: lib.yml}]\nnested: {script: n}\n"),
                ("ci/deep.yml", "include: {local: 'ci/more/*.yml'}\ndeep: {script: d}\n"),
                ("ci/more/a.yml", "a: {script: a}\n"),
                ("ci/empty.yml", " \n"),
                ("ci/ruled.yml", "include: {local: build.yml, rules: [{exists: [only-here.txt]}]}\nruled: {script: r}\n"),
                ("only-here.txt", ""),
                ("ci/broken.yml", "a: b: c\n"),
                ("ci/lost.yml", "include: [nowhere.yml]\nlost: {script: l}\n"),
                ("ci/inputs.yml", "spec: {inputs: {n: }}\n---\n$[[ inputs.n ]]-job: {script: x}\n"),
                ("ci/context.yml", "spec: {component: [name]}\n---\nx: {script: '$[[ component.name ]]'}\n"),
                ("ci/header.yml", "spec: {include: [/more.yml]}\n---\nx: {script: y}\n"),
                ("more.yml", "inputs: {n: {default: z}}\n")
            )
            .With("group/templates", "v1 feature/x", ("build.yml", Pinned))
            .With("other/lib", "v2", ("lib.yml", "lib: {script: l}\n"))
            .Publish(
                "tools/scan",
                "1.0.0 1.1.0 1.1.2 v2.0.0 2.1.0-rc.1 not-a-version",
                (
                    "templates/fast.yml",
                    "spec: {component: [name, sha, version, reference]}\n---\nfast: {script: ['$[[ component.name ]]', '$[[ component.version ]]', '$[[ component.reference ]]', '$[[ component.sha ]]']}\n"
                ),
                (
                    "templates/whole/template.yml",
                    "spec:\n  inputs: {job: {default: whole}}\n  component: [version]\n---\ninclude: /shared.yml\n$[[ inputs.job ]]: {script: 'v$[[ component.version ]]'}\n"
                ),
                ("templates/folder/template.yml", "folder: {script: f}\n"),
                ("templates/blank.yml", "\n"),
                ("templates/header.yml", "spec: {include: [/shared.yml]}\n---\nx: {script: y}\n"),
                ("shared.yml", "spec: {component: [name]}\n---\nshared: {script: 'by $[[ component.name ]]'}\n")
            )
            .With(
                "tools/scan",
                "main",
                (
                    "templates/fast.yml",
                    "spec: {component: [name, version, reference]}\n---\nfast: {script: ['$[[ component.name ]]', 'v$[[ component.version ]]', '$[[ component.reference ]]']}\n"
                )
            )
            .With("plain/project", "1.0 main", ("templates/c.yml", "c: {script: c}\n"))
            .Web("https://example.com/ci.yml", "remote: {script: r}\n")
            .Web(
                "https://example.com/nested.yml",
                "include: [{template: X.gitlab-ci.yml, rules: [{if: $CI_COMMIT_BRANCH}]}, {remote: 'https://example.com/$CI_COMMIT_BRANCH/x.yml', rules: [{if: '$CI_COMMIT_BRANCH == null'}]}]\n"
            )
            .Web("https://example.com//x.yml", "below: {script: b}\n")
            .Web("https://example.com/local.yml", "include: a.yml\n")
            .Web("https://example.com/component.yml", "include: {component: localhost/tools/scan/fast@main}\n")
            .Web("https://example.com/project.yml", "include: {project: group/templates, file: build.yml}\n")
            .Web("https://example.com/blank.yml", "\n")
            .Web("https://example.com/expand.yml", "spec: {inputs: {b: }}\n---\nx: {script: 'on $[[ inputs.b | expand_vars ]]'}\n")
            .Web("https://example.com/down.yml", new RemoteAnswer.HttpCode(503, 3))
            .Web("https://example.com/slow.yml", new RemoteAnswer.TimedOut(3))
            .Web("https://nowhere.example/x.yml", new RemoteAnswer.SocketError(3))
            .Web("https://example.com/odd.yml", new RemoteAnswer.HttpError(3))
            .Web("https://example.com/shut.yml", new RemoteAnswer.Refused("Connection refused"));

    private static Compilation Compile(string yaml, OtherProjects? world = null, PipelineContext? context = null) =>
        Compiling.Compile(yaml, (context ?? Compiling.Branch()) with { External = (world ?? World()).Files }, "a.yml=a: {script: own}\n");

    /// <summary>The jobs with their scripts, or the messages.</summary>
    private static string Result(Compilation compilation) =>
        compilation.IsValid
            ? string.Join("; ", compilation.Pipeline!.Jobs.Select(job => $"{job.Name}: {string.Join(" ", job.Script)}"))
            : string.Join("\n", compilation.Diagnostics.Select(diagnostic => diagnostic.Message));

    [Theory]
    [InlineData("include: {project: group/templates, file: build.yml}", "build: main")]
    [InlineData("include: {project: GROUP/Templates, file: /build.yml, ref: main}", "build: main")]
    [InlineData("include: {project: group/templates, file: [build.yml], ref: v1}", "build: pinned")]
    [InlineData("include: {project: group/templates, file: build.yml, ref: feature/x}", "build: pinned")]
    [InlineData("include: {project: [group/templates], file: build.yml, ref: ~}", "build: main")]
    [InlineData("include: {project: group/$NAME, file: '$FILE.yml', ref: $REF}", "build: pinned")]
    [InlineData("include: {project: group/templates, file: ['$FILE.yml', ci/deep.yml]}", "build: main; a: a; deep: d")]
    [InlineData("include: {project: group/templates, file: ci/nested.yml}", "a: a; deep: d; lib: l; nested: n")]
    [InlineData("include: {project: group/templates, file: build.yml}\nbuild: {script: own}", "build: own")]
    [InlineData(
        "include: [{project: group/templates, file: build.yml}, {project: group/templates, file: build.yml, ref: v1}]",
        "build: pinned"
    )]
    [InlineData("include: {project: group/templates, file: ci/ruled.yml}", "build: main; ruled: r")]
    [InlineData("include: {project: group/templates, file: ci/inputs.yml, inputs: {n: my}}", "my-job: x")]
    [InlineData("include: {project: no/where, file: x.yml, rules: [{if: $NOT}]}\nx: {script: y}", "x: y")]
    [InlineData("spec: {include: [{project: group/templates, file: more.yml}]}\n---\nx: {script: '$[[ inputs.n ]]'}", "x: z")]
    public void A_projects_files_are_read_at_a_ref(string yaml, string jobs) =>
        Assert.Equal(jobs, Result(Compile(yaml, null, Compiling.Branch().With("NAME=templates", "FILE=build", "REF=v1"))));

    [Theory]
    [InlineData(
        "{project: No/Where, file: x.yml}",
        "Project `no/where` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined."
    )]
    [InlineData("{project: Group/Templates, file: build.yml, ref: v9}", "Project `group/templates` reference `v9` does not exist!")]
    [InlineData("{project: group/templates, file: build.yml, ref: $UNDEFINED}", "Project `group/templates` reference `` does not exist!")]
    [InlineData("{project: group/templates, file: /ci/x.yml}", "Project `group/templates` file `ci/x.yml` does not exist!")]
    [InlineData("{project: group/templates, file: 'ci/*.yml'}", "Project `group/templates` file `ci/*.yml` does not exist!")]
    [InlineData("{project: group/templates, file: ci/empty.yml}", "Project `group/templates` file `ci/empty.yml` is empty!")]
    [InlineData("{project: group/templates, file: only-here.txt}", "Included file `only-here.txt` does not have YAML extension!")]
    [InlineData("{project: group/templates, file: [[a.yml]]}", "Included file `[\"a.yml\"]` needs to be a string")]
    [InlineData("{project: group/templates}", "include config must specify the file where to fetch the config from")]
    [InlineData("{project: group/templates, file: []}", "include config must specify the file where to fetch the config from")]
    [InlineData(
        "{project: group/templates, file: [x.yml, build.yml, y.yml]}",
        "Project `group/templates` file `x.yml` does not exist!\nProject `group/templates` file `y.yml` does not exist!"
    )]
    [InlineData("{project: far/away, file: x.yml}", "Project `far/away` cannot be read: the host of far/away does not answer")]
    [InlineData(
        "{project: group/templates, file: ci/broken.yml}",
        "`ci/broken.yml`: (<unknown>): mapping values are not allowed in this context at line 1 column 5"
    )]
    [InlineData("{project: group/templates, file: ci/lost.yml}", "Local file `nowhere.yml` does not exist!")]
    [InlineData("{project: group/templates, file: ci/inputs.yml}", "`ci/inputs.yml`: `n` input: required value has not been provided")]
    [InlineData(
        "{project: group/templates, file: ci/context.yml}",
        "`ci/context.yml`: unknown interpolation provided: `name` in `component.name`"
    )]
    [InlineData(
        "{project: group/templates, file: ci/header.yml}",
        "Included file `ci/header.yml` cannot use `spec:include`. This keyword is not supported in included configuration files"
    )]
    public void A_project_that_cannot_be_included_is_told_in_GitLabs_words(string include, string messages) =>
        Assert.Equal(messages, Result(Compile("include: " + include)));

    [Fact]
    public void A_mistake_in_a_projects_file_is_placed_there_and_says_the_way()
    {
        var diagnostic = Assert.Single(
            Compile("x: {script: y}\ninclude:\n  - project: group/templates\n    file: ci/lost.yml\n").Diagnostics
        );
        Assert.Equal(new Position("group/Templates:ci/lost.yml", 1, 11), diagnostic.At);
        Assert.Equal([("included from", new Position(".gitlab-ci.yml", 4, 11))], diagnostic.Trail);

        var broken = Compile("include: {project: group/templates, ref: main, file: ci/broken.yml}\n");
        Assert.Equal(new Position("group/Templates@main:ci/broken.yml", 1, 5), Assert.Single(broken.Diagnostics).At);
        Assert.Equal("a: b: c\n", broken.ExternalTexts["group/Templates@main:ci/broken.yml"]);
        Assert.Equal([".gitlab-ci.yml", "group/Templates@main:ci/broken.yml"], broken.Files);
    }

    [Fact]
    public void The_way_to_a_mistake_is_told_through_all_files()
    {
        var world = new OtherProjects().With(
            "g/p",
            "HEAD",
            ("a.yml", "include: b.yml\n"),
            ("b.yml", "x: 1\ninclude:\n- c.yml\n"),
            ("c.yml", "- x\n")
        );
        var diagnostic = Assert.Single(Compile("include: {project: g/p, file: a.yml}\n", world).Diagnostics);
        Assert.Equal("`c.yml`: Invalid configuration format", diagnostic.Message);
        Assert.Equal(["g/p:b.yml:3:3", "g/p:a.yml:1:10", ".gitlab-ci.yml:1:31"], diagnostic.Trail.Select(step => step.At.ToString()));
    }

    [Fact]
    public void Each_question_is_asked_once()
    {
        var world = World();
        var include = "{project: group/templates, file: build.yml}";
        var remote = "{remote: 'https://example.com/ci.yml'}";
        Assert.True(
            Compile(
                $"include: [{include}, {remote}, {include}, {remote}]\nx: {{script: y, rules: [{{exists: {{paths: [a], project: group/templates}}}}, {{when: always}}]}}\n",
                world
            ).IsValid
        );
        Assert.Equal(["group/templates@HEAD", "https://example.com/ci.yml"], world.Asked);
    }

    [Theory]
    [InlineData("include: https://example.com/ci.yml", "remote: r")]
    [InlineData("include: {remote: 'https://example.com/$FILE.yml'}", "remote: r")]
    [InlineData("include: [{remote: 'https://example.com/nested.yml'}, a.yml]", "below: b; a: own")]
    [InlineData("include: {remote: 'https://example.com/project.yml'}", "build: main")]
    [InlineData("include: {remote: 'https://example.com/expand.yml', inputs: {b: $CI_COMMIT_BRANCH}}", "x: on main")]
    public void A_remote_file_is_fetched(string yaml, string jobs) =>
        Assert.Equal(jobs, Result(Compile(yaml, null, Compiling.Branch().With("FILE=ci"))));

    [Theory]
    [InlineData(
        "https://example.com/none.yml",
        "Remote file `https://example.com/none.yml` could not be fetched after 1 attempt because of HTTP code `404` error!"
    )]
    [InlineData(
        "https://example.com/down.yml",
        "Remote file `https://example.com/down.yml` could not be fetched after 3 attempts because of HTTP code `503` error!"
    )]
    [InlineData(
        "https://example.com/slow.yml",
        "Remote file `https://example.com/slow.yml` could not be fetched after 3 attempts because of a timeout error!"
    )]
    [InlineData(
        "https://nowhere.example/x.yml",
        "Remote file `https://nowhere.example/x.yml` could not be fetched after 3 attempts because of a socket error!"
    )]
    [InlineData(
        "https://example.com/odd.yml",
        "Remote file `https://example.com/odd.yml` could not be fetched after 3 attempts because of HTTP error!"
    )]
    [InlineData("https://example.com/shut.yml", "Remote file could not be fetched because Connection refused!")]
    [InlineData("https://example.com/blank.yml", "Included file `https://example.com/blank.yml` is empty or does not exist!")]
    [InlineData("https://example.com/ci.yml?ref=1", "Included file `https://example.com/ci.yml?ref=1` does not have YAML extension!")]
    [InlineData("ftp://example.com/ci.yml", "Remote file `ftp://example.com/ci.yml` does not have a valid address!")]
    [InlineData("file:///etc/x.yml", "Remote file `file:///etc/x.yml` does not have a valid address!")]
    [InlineData("ci.yml", "Remote file `ci.yml` does not have a valid address!")]
    [InlineData("https://example.com/local.yml", "Local file `a.yml` does not have project!")]
    [InlineData("https://example.com/component.yml", "Unable to use components outside of a project context")]
    public void A_remote_file_that_does_not_come_is_told_in_GitLabs_words(string address, string message) =>
        Assert.Equal(message, Result(Compile($"include: {{remote: '{address}'}}")));

    [Fact]
    public void What_a_remote_file_includes_is_looked_for_as_anybody()
    {
        var world = World();
        Assert.True(Compile("include: https://example.com/project.yml", world).IsValid);
        Assert.Equal(["https://example.com/project.yml", "group/templates@HEAD (public)"], world.Asked);
    }

    [Theory]
    [InlineData("cache: true", "01:00:00")]
    [InlineData("cache: '2 hours'", "02:00:00")]
    [InlineData("cache: 1 minute", "00:01:00")]
    [InlineData("cache: false", "")]
    [InlineData("cache: ~", "")]
    public void A_kept_copy_may_be_as_old_as_cache_says(string cache, string age)
    {
        var world = World();
        Assert.True(Compile($"include: {{remote: 'https://example.com/ci.yml', {cache}}}", world).IsValid);
        Assert.Equal([$"https://example.com/ci.yml {age}".TrimEnd()], world.Asked);
    }

    [Theory]
    [InlineData("cache: soon", "include config cache contains an invalid duration")]
    [InlineData("cache: 30 seconds", "include config cache duration must be at least 1 minute")]
    [InlineData("integrity: md5-x", "include config integrity hash must start with 'sha256-'")]
    [InlineData("integrity: sha256-!!", "include config integrity hash must be base64 encoded")]
    [InlineData("integrity: sha256-AAAA", "Remote file `https://example.com/ci.yml` failed integrity check!")]
    public void Cache_and_integrity_are_checked(string more, string message) =>
        Assert.Equal(message, Result(Compile($"include: {{remote: 'https://example.com/ci.yml', {more}}}")));

    [Fact]
    public void A_file_with_the_right_hash_is_taken()
    {
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("remote: {script: r}\n")));
        Assert.Equal("remote: r", Result(Compile($"include: {{remote: 'https://example.com/ci.yml', integrity: 'sha256-{hash}'}}")));
    }

    [Theory]
    [InlineData("fast@1.0.0", "fast: fast 1.0.0 1.0.0 $SHA(refs/tags/1.0.0)")]
    [InlineData("fast@1.1", "fast: fast 1.1.2 1.1 $SHA(refs/tags/1.1.2)")]
    [InlineData("fast@1", "fast: fast 1.1.2 1 $SHA(refs/tags/1.1.2)")]
    [InlineData("fast@~latest", "fast: fast v2.0.0 ~latest $SHA(refs/tags/v2.0.0)")]
    [InlineData("fast@2.1.0-rc.1", "fast: fast 2.1.0-rc.1 2.1.0-rc.1 $SHA(refs/tags/2.1.0-rc.1)")]
    [InlineData("fast@main", "fast: fast v main")]
    [InlineData("whole@1.0.0", "shared: by whole; whole: v1.0.0")]
    [InlineData("folder@1.0.0", "folder: f")]
    public void A_components_version_is_found_and_known_to_it(string component, string jobs)
    {
        var at = jobs.IndexOf("$SHA(", StringComparison.Ordinal);
        var expected = at < 0 ? jobs : jobs[..at] + OtherProjects.ShaOf(jobs[(at + 5)..^1]);
        Assert.Equal(expected, Result(Compile($"include: {{component: $CI_SERVER_FQDN/tools/scan/{component}}}")));
        Assert.Equal(expected, Result(Compile($"include: {{component: localhost/Tools/scan/{component}}}")));
    }

    [Fact]
    public void A_component_takes_inputs() =>
        Assert.Equal(
            "shared: by whole; mine: v1.0.0",
            Result(Compile("include: {component: $CI_SERVER_FQDN/tools/scan/whole@1.0.0, inputs: {job: mine}}"))
        );

    [Theory]
    [InlineData("gitlab.com/tools/scan/fast@1.0.0", "Component 'gitlab.com/tools/scan/fast@1.0.0' - the component path is not supported")]
    [InlineData("localhost/tools/scan/fast", "Component 'localhost/tools/scan/fast' - the component path is not supported")]
    [InlineData("localhost/tools/scan/slow@1.0.0", "Component 'localhost/tools/scan/slow@1.0.0' - content not found")]
    [InlineData("localhost/tools/scan/blank@1.0.0", "Component 'localhost/tools/scan/blank@1.0.0' - content not found")]
    [InlineData("localhost/tools/scan/fast@3", "Component 'localhost/tools/scan/fast@3' - content not found")]
    [InlineData("localhost/tools/scan/fast@nowhere", "Component 'localhost/tools/scan/fast@nowhere' - content not found")]
    [InlineData("localhost/none/such/fast@main", "Component 'localhost/none/such/fast@main' - content not found")]
    [InlineData("localhost/fast@main", "Component 'localhost/fast@main' - content not found")]
    [InlineData(
        "localhost/plain/project/c@~latest",
        "Component 'localhost/plain/project/c@~latest' - The ~latest version reference is not supported for non-catalog resources. Use a tag, branch, or commit SHA instead."
    )]
    [InlineData(
        "localhost/plain/project/c@1",
        "Component 'localhost/plain/project/c@1' - The partial semantic version reference is not supported for non-catalog resources. Use a tag, branch, or commit SHA instead."
    )]
    [InlineData("localhost/plain/project/c@1.0", "c: c")]
    [InlineData("localhost/far/away/c@1", "Component 'localhost/far/away/c@1' cannot be read: the host of far/away does not answer")]
    [InlineData("localhost/far/away/c@main", "Component 'localhost/far/away/c@main' cannot be read: the host of far/away does not answer")]
    [InlineData(
        "",
        "`{\"component\":\"\"}` does not have a valid subkey for include. Valid subkeys are: `local`, `project`, `remote`, `template`, `artifact`, `component`"
    )]
    [InlineData(
        "localhost/tools/scan/header@1.0.0",
        "Component `localhost/tools/scan/header@1.0.0` cannot use `spec:include`. This keyword is not supported in components"
    )]
    public void A_component_that_cannot_be_had_is_told_in_GitLabs_words(string component, string result) =>
        Assert.Equal(result, Result(Compile($"include: {{component: '{component}'}}")));

    [Fact]
    public void A_components_context_has_to_be_listed()
    {
        var world = new OtherProjects().Publish(
            "g/p",
            "1.0.0",
            ("templates/c.yml", "spec: {component: [name]}\n---\nx: {script: '$[[ component.sha ]]'}\n")
        );
        var diagnostic = Assert.Single(Compile("include: {component: localhost/g/p/c@1.0.0}", world).Diagnostics);
        Assert.Equal("`localhost/g/p/c@1.0.0`: unknown interpolation provided: `sha` in `component.sha`", diagnostic.Message);
        Assert.Equal(
            "Only files that include:component brings in have it, and their header must list it: spec: {component: [sha]}.",
            diagnostic.Help
        );
        Assert.Equal(new Position("g/p@1.0.0:templates/c.yml", 3, 13), diagnostic.At);
    }

    [Fact]
    public void Masked_values_are_not_told()
    {
        var context = Compiling.Branch() with
        {
            ProjectVariables =
            [
                new ScopedVariable(new Variable("GROUP", "hidden-group", Masked: true)),
                new ScopedVariable(new Variable("KEY", "k3y!", Masked: true)),
            ],
        };
        var yaml = """
            include:
              - {project: $GROUP/x, file: $KEY.yml}
              - {local: $KEY.yml}
              - {remote: 'https://example.com/$KEY.yml'}
              - {component: $CI_SERVER_FQDN/$GROUP/c@1}
            """;
        var diagnostics = Compile(yaml, null, context).Diagnostics;
        Assert.Equal(
            [
                "Project `[MASKED]xxxx/x` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.",
                "Local file `xxxx.yml` does not exist!",
                "Remote file `https://example.com/xxxx.yml` could not be fetched after 1 attempt because of HTTP code `404` error!",
                "Component 'localhost/[MASKED]xxxx/c@1' - content not found",
            ],
            diagnostics.Select(diagnostic => diagnostic.Message)
        );
        var found = Compile(
            "include: {project: $GROUP/x, file: $KEY.yml}",
            new OtherProjects().With("hidden-group/x", "HEAD", ("k3y!.yml", "a: b: c")),
            context
        );
        Assert.Equal("[MASKED]xxxx/x:xxxx.yml", Assert.Single(found.Diagnostics).At!.Value.File);
    }

    [Theory]
    [InlineData("{paths: [only-here.txt], project: group/templates}", "x: y")]
    [InlineData("{paths: [only-here.txt], project: group/templates, ref: v1}", "")]
    [InlineData("{paths: [build.yml], project: $WHERE, ref: $REF}", "x: y")]
    [InlineData("{paths: [a.yml]}", "x: y")]
    [InlineData("{paths: [], project: no/where}", "")]
    [InlineData(
        "{paths: [x], project: No/where}",
        "Failed to parse rule for x: rules:exists:project `No/where` not found or access denied"
    )]
    [InlineData(
        "{paths: [x], project: group/templates, ref: v9}",
        "Failed to parse rule for x: rules:exists:ref `v9` is not a valid ref in project `group/templates`"
    )]
    [InlineData(
        "{paths: [x], project: far/away}",
        "Failed to parse rule for x: rules:exists:project `far/away` cannot be read: the host of far/away does not answer"
    )]
    public void Exists_looks_into_the_project_it_names(string exists, string result)
    {
        var yaml = $"always: {{script: z}}\nx: {{script: y, rules: [{{exists: {exists}}}]}}";
        var compilation = Compile(yaml, null, Compiling.Branch().With("WHERE=group/templates", "REF=v1"));
        Assert.Equal(result, compilation.IsValid ? Result(compilation).Replace("always: z", "").Trim(';', ' ') : Result(compilation));
    }

    [Theory]
    [InlineData(
        "include: {local: a.yml, rules: [{exists: {paths: [build.yml], project: group/templates, ref: v1}}]}\nx: {script: y}",
        "a: own; x: y"
    )]
    [InlineData(
        "include: {local: a.yml, rules: [{exists: {paths: [build.yml], project: no/where}}]}\nx: {script: y}",
        "rules:exists:project `no/where` not found or access denied"
    )]
    public void Exists_of_an_includes_rules_does_too(string yaml, string result) => Assert.Equal(result, Result(Compile(yaml)));

    [Fact]
    public void Without_anybody_to_ask_it_is_said()
    {
        var messages = Compiling.Errors(
            "include: [{project: g/p, file: a.yml}, {component: localhost/g/p/c@main}, https://example.com/a.yml]"
        );
        Assert.Equal(
            [
                "Project `g/p` cannot be read: files of other projects cannot be read here",
                "Component 'localhost/g/p/c@main' cannot be read: files of other projects cannot be read here",
                "Remote file could not be fetched because the web cannot be asked here!",
            ],
            messages
        );
    }
}
