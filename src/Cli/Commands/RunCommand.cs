using System.CommandLine;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Project;
using Slipway.Cli.Terminal;
using Slipway.Cli.Views;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway run [JOB…]</c>.</summary>
internal static class RunCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var options = new RunOptions();
        var verb = new Verb(
            "run",
            "Run this repository's pipeline here, uncommitted changes included; the checkout itself is never touched",
            ("run", "the whole pipeline"),
            ("run lint 'unit 1/2'", "these jobs alone"),
            ("run deploy --needs --manual deploy", "a job with all it needs"),
            ("run --source merge_request_event --json", "as for a merge request, told to a script"),
            ("run test --shell-on-failure", "a shell where the job failed")
        );
        options.AddTo(verb);
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
            Run(SharedOptions.Read(parsed, surroundings), options.Read(parsed, surroundings), parsed, options, surroundings)
        );
        return verb;
    }

    private static int Run(ProjectOptions which, LocalRunOptions run, ParseResult parsed, RunOptions options, Surroundings surroundings)
    {
        var project = Workspace.OpenProject(which, surroundings);
        IRunView view =
            options.IsJson(parsed) ? new JsonView(surroundings)
            : surroundings.OutIsLive ? new LiveView(surroundings)
            : new PlainView(surroundings);
        using var closing = view as IDisposable;
        using var interrupts = new Interrupts();
        var parts = new LocalRunParts
        {
            Time = surroundings.Time,
            View = view,
            Settings = RunnerSettings.Load(options.Config(parsed, surroundings), surroundings.Variable, surroundings.Say),
            Controls = interrupts.Controls,
            ControlsKeepAlive = false,
        };
        var result = LocalPipeline.RunAsync(project, run, parts, interrupts.Abort).GetAwaiter().GetResult();
        if (Workspace.SayErrors(project, result.Compilation, surroundings) is { } invalid)
            return invalid;
        if (result.Pipeline is null)
            surroundings.Say($"no pipeline: {PlainText.Of(result.Compilation.Refusal ?? "its rules want none")}");
        return result.ExitCode;
    }

    /// <summary>Ctrl-C and SIGTERM: the first cancels, the second kills.</summary>
    private sealed class Interrupts : IDisposable
    {
        private readonly Channel<RunControl> _controls = Channel.CreateUnbounded<RunControl>();
        private readonly CancellationTokenSource _abort = new();
        private readonly List<PosixSignalRegistration> _registrations = [];
        private int _count;

        public Interrupts()
        {
            foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
                _registrations.Add(PosixSignalRegistration.Create(signal, Take));
        }

        public ChannelReader<RunControl> Controls => _controls.Reader;
        public CancellationToken Abort => _abort.Token;

        public void Dispose()
        {
            foreach (var registration in _registrations)
                registration.Dispose();
            _abort.Dispose();
        }

        private void Take(PosixSignalContext context)
        {
            // A third one: whoever presses that often wants out, and the next run clears away what this one leaves.
            if (Interlocked.Increment(ref _count) > 2)
                return;
            context.Cancel = true;
            if (_count == 1)
                _controls.Writer.TryWrite(new RunControl.Cancel());
            else
                _abort.Cancel();
        }
    }
}
