using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Shell;
using Slipway.Runner.Posix;
using Slipway.Runner.Scripts;
using Xunit;

namespace Slipway.Runner.Tests;

public sealed class OrphanedScriptsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<int> _scripts = [];

    public void Dispose()
    {
        foreach (var script in _scripts)
        {
            ProcessSession.Signal(script, ProcessSession.Kill);
            ChildProcess.Reap(script);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_script_of_a_dead_process_is_killed_with_what_it_has_started_and_no_other_is()
    {
        var dead = Guid.NewGuid().ToString("N")[..12];
        using var living = OwnerLock.Take(_folder.Path);
        var (orphan, other) = (Start(dead), Start(living.Name));
        var daemon = int.Parse(await SaidAsync(dead));
        await SaidAsync(living.Name);
        _folder.Write(dead + ".lock", MachineMark.Here().ToString());
        try
        {
            var found = OwnerLock.TakeDead(_folder.Path);
            Assert.Equal(1, await OrphanedScripts.EndAsync(found, TimeProvider.System, default));
            Assert.Empty(ProcessSession.Members(orphan));
            Assert.Equal(2, ProcessSession.Members(other).Count);
            // What the job was to start, perhaps.
            Assert.NotEmpty(ProcessSession.Members(daemon));
            Assert.Equal(0, await OrphanedScripts.EndAsync(found, TimeProvider.System, default));
            found.ForEach(one => one.Dispose());
        }
        finally
        {
            ProcessSession.Signal(daemon, ProcessSession.Kill);
            ProcessSession.Signal(int.Parse(await SaidAsync(living.Name)), ProcessSession.Kill);
        }
    }

    /// <summary>A script with a process beside it, and one that has left it.</summary>
    private int Start(string owner)
    {
        var said = _folder[owner];
        var commands = $"setsid sh -c 'echo $$ > {said}.new; mv {said}.new {said}; exec sleep 1000' &\nsleep 1000 & wait";
        var text = $"eval {ShellQuote.Quote(commands)} < /dev/null\n";
        var input = ChildProcess.MemoryFile(System.Text.Encoding.UTF8.GetBytes(text));
        string[] environment = [$"{OrphanedScripts.OwnerVariable}={owner}", "PATH=/usr/bin:/bin"];
        var script = ChildProcess.Start(new ChildStart("/bin/sh", [], environment, "/"), input, 1, 2);
        FileDescriptor.Close(input);
        _scripts.Add(script);
        return script;
    }

    private async Task<string> SaidAsync(string owner)
    {
        while (!File.Exists(_folder[owner]))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(_folder[owner]);
    }
}
