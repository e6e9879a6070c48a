// Reads "A B" a line and answers as linesFrom in ../oracle-file.mjs expects, with the NuGet.Versioning inside a nuget.exe.
using System;
using System.Linq;
using System.Reflection;

static class Order
{
    static void Main(string[] args)
    {
        var type = Assembly.LoadFrom(args[0]).GetType("NuGet.Versioning.NuGetVersion", true);
        var tryParse = type.GetMethods().Single(m => m.Name == "TryParse" && m.GetParameters().Length == 2);
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            var pair = line.Split(' ');
            var parsed = pair.Select(text => Parse(tryParse, text)).ToArray();
            var refused = pair.Where((_, at) => parsed[at] == null).ToArray();
            Console.WriteLine(refused.Length > 0
                ? "! " + string.Join(" ", refused)
                : Sign(((IComparable)parsed[0]).CompareTo(parsed[1])));
        }
    }

    static object Parse(MethodInfo tryParse, string text)
    {
        var arguments = new object[] { text, null };
        return (bool)tryParse.Invoke(null, arguments) ? arguments[1] : null;
    }

    static string Sign(int order)
    {
        return order < 0 ? "<" : order == 0 ? "=" : ">";
    }
}
