using System.Text;
using Slipway.Runner.Scripts;

namespace Slipway.Runner.Sources.Git;

/// <summary>
/// A <see cref="GitOrder"/> as a text for any POSIX sh (runner-protocol §13.5, step 4 on):
/// <list type="number">
/// <item>what a killed git left behind is removed: its locks, and where asked hooks and configuration;</item>
/// <item>a template without hooks, and a file with the login, which the repository's configuration only names;</item>
/// <item>the repository, made or found; fetch;</item>
/// <item>checkout, clean, large files;</item>
/// <item>submodules, with a second try.</item>
/// </list>
/// Its standard input must be empty, its folder is <paramref name="folder"/>.
/// </summary>
/// <param name="folder">Absolute. Made when it is not there.</param>
/// <param name="temporary">Absolute. Gets the login, so it must go when the job is over.</param>
internal sealed class GitScript(GitOrder order, string folder, string temporary)
{
    /// <summary>gitlab-runner's name: a repository that it has used before is ours to use, and the other way round.</summary>
    private const string LoginFile = ".gitlab-runner.ext.conf";

    private const string Locks = "index.lock shallow.lock HEAD.lock config.lock hooks/post-checkout";

    private readonly StringBuilder _text = new(4096);

    private string Login => $"{temporary}/{LoginFile}";

    private string Template => $"{temporary}/git-template";

    public string ToText()
    {
        Line("export GIT_TERMINAL_PROMPT=0 GCM_INTERACTIVE=Never GIT_LFS_SKIP_SMUDGE=1");
        Line("command -v git >/dev/null || { echo 'git is not installed on the machine of this runner'; exit 1; }");
        Line($"mkdir -p {Quoted(temporary)}", $"cd {Quoted(temporary)}");
        if (order.Fresh)
            Line($"rm -rf {Quoted(folder)}");
        Line($"mkdir -p {Quoted(folder)}");
        RemoveLeftovers();
        WriteConfiguration();
        Fetch();
        CheckOut();
        UpdateSubmodules();
        return _text.ToString();
    }

    /// <summary>Removes all that is in a folder.</summary>
    public static string Empty(string folder) =>
        $"[ ! -d {Quoted(folder)} ] || find {Quoted(folder)} -mindepth 1 -maxdepth 1 -exec rm -rf {{}} +\n";

    /// <summary>Removes all but the repository itself, for a second try (runner-protocol §11, step 8).</summary>
    public static string Clear(string folder) =>
        $"[ ! -d {Quoted(folder)} ] || find {Quoted(folder)} -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {{}} +\n";

    private void RemoveLeftovers()
    {
        var git = Quoted(folder + "/.git");
        Line($"if [ -d {git} ]; then", $"(cd {git} && rm -f {Locks})");
        Line($"[ ! -d {git}/refs ] || find {git}/refs -type f -name '*.lock' -exec rm -f {{}} +");
        if (order.CleanConfig)
            Line($"rm -rf {git}/config {git}/hooks");
        if (order.Submodules is not null)
        {
            Line($"if [ -d {git}/modules ]; then");
            Line(
                $"find {git}/modules -type f \\( -name index.lock -o -name shallow.lock -o -name HEAD.lock -o -name config.lock -o -path '*/hooks/post-checkout' \\) -exec rm -f {{}} +"
            );
            if (order.CleanConfig)
                Line($"find {git}/modules -depth \\( -type d -name hooks -o -type f -name config \\) -exec rm -rf {{}} +");
            Line("fi");
        }

        Line("fi");
    }

    private void WriteConfiguration()
    {
        var login = new StringBuilder();
        if (order.CorrelationId.Length > 0)
            login.Append($"[http]\n\textraHeader = {ConfigValue($"X-Gitaly-Correlation-ID: {order.CorrelationId}")}\n");
        if (order.CaFile is { Length: > 0 } authorities && Uri.TryCreate(order.Address.Remote, UriKind.Absolute, out var remote))
            login.Append($"[http {ConfigValue($"{remote.Scheme}://{remote.Authority}/")}]\n\tsslCAInfo = {ConfigValue(authorities)}\n");
        login.Append("[transfer]\n\tbundleURI = true\n");
        if (order.Address.WithLogin.Length > 0)
        {
            login.Append($"[url {ConfigValue(order.Address.WithLogin)}]\n");
            foreach (var instead in order.Address.Instead)
                login.Append($"\tinsteadOf = {ConfigValue(instead)}\n");
            // The user's own helpers are not asked for this server's login, and do not get to keep it.
            foreach (var instead in order.Address.Instead.Where(url => url.StartsWith("http", StringComparison.Ordinal)))
                login.Append($"[credential {ConfigValue(instead)}]\n\thelper =\n");
        }

        var template =
            "[init]\n\tdefaultBranch = none\n[fetch]\n\trecurseSubmodules = false\n[credential]\n\tinteractive = never\n"
            + $"[gc]\n\tautoDetach = false\n[include]\n\tpath = {ConfigValue(Login)}\n";
        Line($"rm -rf {Quoted(Template)}", $"mkdir -p {Quoted(Template)}");
        Line($"printf %s {Quoted(template)} > {Quoted(Template + "/config")}");
        Line($"rm -f {Quoted(Login)}", $"(umask 077; printf %s {Quoted(login.ToString())} > {Quoted(Login)})");
        if (order.TrustFolder)
            Line(
                $"git config --global --get-all safe.directory | grep -qxF {Quoted(folder)} || git config --global --add safe.directory {Quoted(folder)}"
            );
    }

    private void Fetch()
    {
        var depth = order.Info.Depth;
        Say(depth > 0 ? $"Fetching changes with git depth set to {depth}..." : "Fetching changes...");
        var format = order.Info.RepoObjectFormat == "sha256" ? " --object-format=sha256" : "";
        Line($"git init --template={Quoted(Template)}{format} {Quoted(folder)}", $"cd {Quoted(folder)}");
        Line($"if git remote add origin {Quoted(order.Address.Remote)} 2>/dev/null; then");
        Say("Created fresh repository.");
        Line($"else git remote set-url origin {Quoted(order.Address.Remote)}; fi");
        Line(Include("git"));
        var unshallow = depth == 0 ? " $([ ! -f .git/shallow ] || echo --unshallow)" : $" --depth {depth}";
        Line(
            $"git -c {Quoted("http.userAgent=" + order.UserAgent)} fetch origin --no-recurse-submodules{Words(order.Info.Refspecs)}{unshallow}{Words(order.FetchFlags)}"
        );
    }

    private void CheckOut()
    {
        if (!order.Checkout)
        {
            Say("Skipping Git checkout");
            return;
        }

        Say($"Checking out {order.Info.Sha[..8]} as detached HEAD (ref is {order.Info.Ref})...");
        Line($"git -c submodule.recurse=false checkout -f -q {order.Info.Sha}");
        if (order.Clean is { } clean)
            Line($"git clean{Words(clean)}");
        if (order.Lfs)
            Line("if git lfs version >/dev/null 2>&1; then git lfs pull; fi");
    }

    private void UpdateSubmodules()
    {
        if (!order.Checkout)
            return;
        if (order.Submodules is not { } wanted)
        {
            Say("Skipping Git submodules setup");
            return;
        }

        var recursive = wanted.Recursive ? " --recursive" : "";
        var paths = wanted.Paths.Count > 0 ? " --" + Words(wanted.Paths) : "";
        var depth = wanted.Depth > 0 ? $" --depth {wanted.Depth}" : "";
        Say(
            $"Updating/initializing submodules{(wanted.Recursive ? " recursively" : "")}{(wanted.Depth > 0 ? $" with git depth set to {wanted.Depth}" : "")}..."
        );
        var sync = $"git submodule sync{recursive}{paths}";
        var update = $"git -c include.path={Quoted(Login)} submodule update --init{recursive}{depth}{Words(wanted.Flags)}{paths}";
        Line($"git submodule init{paths}", sync);
        EachSubmodule(recursive, order.Clean is { } before ? "git clean" + Words(before) : null);
        EachSubmodule(recursive, "git reset --hard");
        Line(
            $"{update} || {{ printf '\\033[0;33m%s\\033[0;m\\n' 'WARNING: Updating submodules failed. Retrying...'; {sync}; {update}; EACH; }}".Replace(
                "EACH",
                Each(recursive, "git reset --hard"),
                StringComparison.Ordinal
            )
        );
        EachSubmodule(recursive, order.Clean is { } after ? "git clean" + Words(after) : null);
        EachSubmodule(recursive, Include("git"));
        if (order.Lfs)
            Line($"if git lfs version >/dev/null 2>&1; then {Each(recursive, "git lfs pull")}; fi");
        Say("Updated submodules");
    }

    private void EachSubmodule(string recursive, string? command)
    {
        if (command is not null)
            Line(Each(recursive, command));
    }

    private static string Each(string recursive, string command) => $"git submodule --quiet foreach{recursive} {Quoted(command)}";

    /// <summary>A repository's configuration names the file with the login, this job's and no other's.</summary>
    private string Include(string git) => $"{git} config --replace-all include.path {Quoted(Login)} '\\.gitlab-runner\\.ext\\.conf$'";

    private void Say(string text) => Line($"printf '\\033[0K\\033[32;1m%s\\033[0;m\\n' {Quoted(text)}");

    private void Line(params ReadOnlySpan<string> lines)
    {
        foreach (var line in lines)
            _text.Append(line).Append('\n');
    }

    private static string Words(IEnumerable<string> words) => string.Concat(words.Select(word => " " + Quoted(word)));

    private static string Quoted(string text) => ShellQuote.Quote(text);

    /// <summary>In git's quotes: https://git-scm.com/docs/git-config#_syntax.</summary>
    private static string ConfigValue(string text) =>
        "\""
        + text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
        + "\"";
}
