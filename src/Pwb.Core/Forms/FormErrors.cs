using System.Text;

namespace Pwb.Forms;

/// <summary>The response for a fault in a form. It repeats nothing of the form.</summary>
internal static class FormErrors
{
    public static RequestRejectedException Malformed(string sentence) => new(HttpResponse.Problem(400, sentence), sentence);

    public static RequestRejectedException TooLarge(string sentence) => new(HttpResponse.Problem(413, sentence), sentence);

    public static RequestRejectedException TooLongValue() => TooLarge("The value of a field is too long.");

    /// <exception cref="RequestRejectedException">The name is too long.</exception>
    public static void CheckName(string name, FormLimits limits)
    {
        if (Encoding.UTF8.GetByteCount(name) > limits.MaxNameLength) throw TooLarge("The name of a field is too long.");
    }

    public static RequestRejectedException WrongType(string sentence) => new(HttpResponse.Problem(415, sentence), sentence);
}
