# Reads "A B" a line and answers as linesFrom in ../oracle-file.mjs expects.
STDIN.each_line(chomp: true) do |line|
  pair = line.split(' ')
  refused = pair.reject { |text| Gem::Version.correct?(text) }
  if refused.empty?
    a, b = pair.map { |text| Gem::Version.new(text) }
    puts({ -1 => '<', 0 => '=', 1 => '>' }[a <=> b])
  else
    puts "! #{refused.join(' ')}"
  end
end
