using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Runner.Coordinator;

/// <summary>What tells apart the machines that share a runner's token (runner-protocol §2.3): <c>.runner_system_id</c> beside the configuration.</summary>
public static partial class SystemId
{
    private const string FileName = ".runner_system_id";
    private const string MachineIdFile = "/etc/machine-id";
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <returns>The one in the folder's file; else a new one, which is written there when it can be.</returns>
    public static string Of(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            if (File.Exists(path) && new FileInfo(path).Length < 256 && File.ReadAllText(path).Trim() is var known && Form().IsMatch(known))
                return known;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A new one, then, at each start.
        }

        var made = New(File.Exists(MachineIdFile) ? File.ReadAllText(MachineIdFile).Trim() : "");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, made);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The same.
        }

        return made;
    }

    /// <summary>The same for the same machine: <c>s_</c> and twelve hexadecimal digits; without a machine's id <c>r_</c> and chance.</summary>
    internal static string New(string machineId) =>
        machineId.Length > 0
            ? "s_" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(machineId), "gitlab-runner"u8))[..12]
            : "r_" + RandomNumberGenerator.GetString(Letters, 12);

    [GeneratedRegex("^[sr]_[0-9a-zA-Z]{12}$")]
    private static partial Regex Form();
}
